"""Looks for the organisations that a partner's suppliers are, and for the postcodes in the place.

Asks partners-api and toms-engine before any transaction; what people decided stays as it is. Asked again it
looks again at whoever was not found.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from itertools import islice
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

from rapidfuzz import fuzz, process
from sqlalchemy import RowMapping

from cdp_common.clients.partners import PartnersClient
from cdp_common.clients.toms import TomsClient
from cdp_common.clients.upstream import UpstreamProblem
from cdp_common.contracts.needs import PostcodeBatchRequest
from cdp_common.contracts.organisations import Organisation
from cdp_common.contracts.spend_suppliers import SpendMatching
from cdp_common.db.database import Database
from cdp_common.kernel.identifiers import new_id
from cdp_common.kernel.periods import Period
from cdp_common.web.caller import Caller
from reporting_api.domain.spend_imports import require_member
from reporting_api.domain.spend_matching import Candidate, Match, match_of
from reporting_api.domain.spend_names import compared_name
from reporting_api.domain.spend_rules import MatchingRules, SpendRules
from reporting_api.storage.copies import PlaceCopy, memberships_at
from reporting_api.storage.spend_suppliers import (
    add_decision,
    keep_match,
    keep_organisations,
    keep_postcodes,
    matched_ids,
    postcodes_of,
    rejections_of,
    suppliers_count,
    suppliers_to_match,
)
from reporting_api.use_cases.gather import organisations_of, place_of

MAX_SUPPLIERS = 100_000
MAX_ORGANISATIONS = 20_000
"""So many organisations are compared; the answer says when there are more."""
PAGE = 100
POSTCODES_PER_CALL = 1_000
MATCHES_PER_TRANSACTION = 500
FLAGS_AT_ONCE = 4
_CENT = Decimal("0.01")


@dataclass
class Directory:
    """The organisations that suppliers are compared with, by identifier and by compared name."""

    by_identifier: dict[str, list[Organisation]] = field(default_factory=dict)
    names: dict[str, list[Organisation]] = field(default_factory=dict)
    count: int = 0
    is_whole: bool = True

    def add(self, organisation: Organisation, rules: MatchingRules) -> None:
        """Take in an organisation."""
        self.count += 1
        for identifier in organisation.identifiers:
            self.by_identifier.setdefault(f"{identifier.scheme}:{identifier.id}", []).append(organisation)
        self.names.setdefault(compared_name(organisation.legal_name, rules), []).append(organisation)

    def with_identifiers(self, identifiers: Sequence[str]) -> list[Candidate]:
        """The organisations with one of the identifiers."""
        found = {one.id: one for text in identifiers for one in self.by_identifier.get(text, ())}
        return [
            Candidate(one.id, one.legal_name, "identifier", Decimal(100), one.state) for one in found.values()
        ]

    def with_name(self, name: str, rules: MatchingRules) -> list[Candidate]:
        """The organisations whose names are like this one, from the lower threshold on."""
        wanted = compared_name(name, rules)
        scored = process.extract(
            wanted,
            self.names.keys(),
            scorer=fuzz.token_sort_ratio,
            score_cutoff=float(rules.review_from),
            limit=rules.candidates,
        )
        return [
            Candidate(one.id, one.legal_name, "name", Decimal(str(score)).quantize(_CENT), one.state)
            for text, score, _ in scored
            for one in self.names[text]
        ]


async def match_spend_suppliers(
    db: Database,
    partners: PartnersClient,
    toms: TomsClient,
    caller: Caller,
    place_id: UUID,
    rules: SpendRules,
    now: datetime,
) -> SpendMatching:
    """Match the own organisation's suppliers, and locate their postcodes in regard to the place."""
    async with db.begin() as tx:
        memberships = await memberships_at(tx, place_id, now)
        waiting = await suppliers_to_match(tx, caller.org, MAX_SUPPLIERS)
        rejected = await rejections_of(tx, caller.org)
        count = await suppliers_count(tx, caller.org)
    own = [row for row in memberships if row["organisation_id"] == caller.org]
    require_member(
        ((row["valid_from"], row["valid_to"]) for row in own), Period(date.min.replace(1900), now.date())
    )
    place = await place_of(db, partners, place_id, now)
    directory = await _directory(partners, rules.matching) if waiting else Directory()
    matches = await asyncio.to_thread(_matched, waiting, rejected, directory, rules.matching)
    done = await _keep(db, matches, rules.version, now)
    await refresh_organisations(db, partners, caller.org, now)
    located, unknown, edition = await _locate(db, toms, caller.org, place, now)
    return SpendMatching(
        rules_version=rules.version,
        supplier_count=count,
        matched_by_identifier=done["identifier"],
        matched_by_name=done["name"],
        to_review=done["to_review"],
        unmatched=done["unmatched"],
        kept=count - sum(done.values()),
        organisations_compared=directory.count,
        all_compared=directory.is_whole,
        postcodes_located=located,
        postcodes_unknown=unknown,
        lookup_edition=edition,
    )


async def refresh_organisations(
    db: Database, partners: PartnersClient, organisation_id: UUID, now: datetime
) -> None:
    """Take over what partners-api says now of the organisations that a partner's suppliers are."""
    async with db.begin() as tx:
        wanted = await matched_ids(tx, organisation_id)
    found = await organisations_of(db, partners, wanted, now)
    limit = asyncio.Semaphore(FLAGS_AT_ONCE)

    async def presences(who: UUID) -> tuple[UUID, list[tuple[UUID, date, date | None]]]:
        async with limit:
            page = await partners.list_organisation_flags(found[who].id, limit=PAGE)
        stated = [
            (flag.place_id, flag.valid_from, flag.valid_to)
            for flag in page.items
            if flag.kind == "local_presence" and flag.place_id is not None
        ]
        return who, stated

    stated = dict(await asyncio.gather(*(presences(who) for who in sorted(found))))
    rows = [
        {
            "organisation_id": who,
            "current_id": one.id,
            "name": one.legal_name,
            "kind": one.kind,
            "is_sme": one.is_sme,
            "is_vcse": one.is_vcse,
            "updated_at": now,
        }
        for who, one in found.items()
    ]
    async with db.begin() as tx:
        await keep_organisations(tx, rows, stated)


async def _directory(partners: PartnersClient, rules: MatchingRules) -> Directory:
    """The organisations of partners-api, page by page, up to the bound."""
    directory, cursor = Directory(), None
    while directory.count < MAX_ORGANISATIONS:
        page = await partners.list_organisations(limit=PAGE, cursor=cursor)
        for organisation in page.items:
            directory.add(organisation, rules)
        if page.next is None:
            return directory
        cursor = parse_qs(urlsplit(page.next).query)["cursor"][0]
    directory.is_whole = False
    return directory


def _matched(
    waiting: Sequence[RowMapping],
    rejected: Mapping[UUID, set[UUID]],
    directory: Directory,
    rules: MatchingRules,
) -> list[tuple[UUID, Match]]:
    """What is found of every supplier; blocking."""
    return [
        (
            row["id"],
            match_of(
                directory.with_identifiers(row["identifiers"]),
                directory.with_name(row["name"], rules),
                rejected.get(row["id"], ()),
                rules,
            ),
        )
        for row in waiting
    ]


async def _keep(
    db: Database, matches: Sequence[tuple[UUID, Match]], rules_version: int, now: datetime
) -> dict[str, int]:
    """Write what was found, a bounded number of suppliers in a transaction; says how many of which kind."""
    done = {"identifier": 0, "name": 0, "to_review": 0, "unmatched": 0}
    remaining = iter(matches)
    while some := list(islice(remaining, MATCHES_PER_TRANSACTION)):
        async with db.begin() as tx:
            for supplier_id, match in some:
                chosen = match.accepted
                offered = [_candidate_row(one) for one in match.candidates]
                matched_id = None if chosen is None else chosen.organisation_id
                if not await keep_match(tx, supplier_id, match.state, matched_id, offered):
                    continue
                done[chosen.basis if chosen is not None else str(match.state)] += 1
                if chosen is not None:
                    await add_decision(tx, _accepted(supplier_id, chosen, rules_version, now))
    return done


def _candidate_row(candidate: Candidate) -> dict[str, Any]:
    return {
        "candidate_id": candidate.organisation_id,
        "name": candidate.name,
        "score": candidate.score,
        "basis": candidate.basis,
        "candidate_state": candidate.state,
    }


def _accepted(supplier_id: UUID, chosen: Candidate, rules_version: int, now: datetime) -> dict[str, Any]:
    return {
        "id": new_id(),
        "supplier_id": supplier_id,
        "outcome": "accepted",
        "candidate_id": chosen.organisation_id,
        "basis": chosen.basis,
        "score": chosen.score,
        "rules_version": rules_version,
        "decided_at": now,
    }


async def _locate(
    db: Database, toms: TomsClient, organisation_id: UUID, place: PlaceCopy, now: datetime
) -> tuple[int, int, str | None]:
    """How many postcodes of suppliers were found in or outside the place, how many nowhere, by which lookup.

    In the place is one all of whose areas belong to it; one of several areas, some of them elsewhere, is
    unknown. A place without an index of need has no areas, and so nothing is located.
    """
    async with db.begin() as tx:
        wanted = iter(await postcodes_of(tx, organisation_id, place.id))
    located = unknown = 0
    edition = None
    while place.need_index is not None and (some := list(islice(wanted, POSTCODES_PER_CALL))):
        try:
            batch = await toms.batch_postcodes(PostcodeBatchRequest(index=place.need_index, postcodes=some))
        except UpstreamProblem as problem:
            if problem.status != 404:
                raise
            break  # the place names an index that nobody has loaded
        edition = batch.lookup_edition
        found: dict[str, bool | None] = dict.fromkeys(batch.missing)
        for one in batch.items:
            inside = {area.place == place.slug for area in one.areas} or {False}
            found[one.postcode] = inside.pop() if len(inside) == 1 else None
        async with db.begin() as tx:
            await keep_postcodes(tx, place.id, found, edition, now)
        located += sum(1 for known in found.values() if known is not None)
        unknown += sum(1 for known in found.values() if known is None)
    return located, unknown + sum(1 for _ in wanted), edition
