"""Holding what a publication tells beside the ledger's figures to the rows that it was worked out of.

These are payments to suppliers with LM3, totals made elsewhere, and the value for each £ of contract. What
was counted is kept with the publication; see storage/publication_sources.py.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection

from cdp_common.contracts.publications import Publication
from cdp_common.contracts.published_spend import PublishedSpend, PublishedSpendCell
from cdp_common.kernel.periods import Period
from reporting_api.domain.disclosure import DisclosureRule
from reporting_api.domain.spend_disclosure import OTHER
from reporting_api.domain.spend_sums import SpendSum, cells_by_category, cells_by_partner, whole_cell
from reporting_api.storage.contract_values import contract_parts, worths_stated
from reporting_api.storage.figures import Slice
from reporting_api.storage.prior_totals import versions_of
from reporting_api.storage.publication_sources import Source, SourceKind, kept_sources, sources_now
from reporting_api.storage.publications import publication_numbered
from reporting_api.storage.published_spend import (
    imports_by_id,
    kept_spend_sums,
    rounds_by_id,
    rows_by_category,
)
from reporting_api.use_cases.prior_totals import stated_by
from reporting_api.use_cases.publish_spend import multiplier_of, published_category, published_cell, status_of
from reporting_api.use_cases.read_contract_ratios import whole_ratio
from reporting_api.use_cases.read_publications import thawed

_KINDS: Mapping[SourceKind, str] = {
    "contract_value": "what contract {} is worth",
    "prior_total": "the total made elsewhere {}",
    "spend_import": "the import of payments {}",
    "spend_round": "the surveyed round {}",
    "spend_sums": "the sums of payments of publication {}",
}


async def source_faults(tx: AsyncConnection, row: RowMapping, publication: Publication) -> list[str]:
    """What of a publication's payments, contract ratio and prior totals does not follow from their rows."""
    kept = await kept_sources(tx, publication.id)
    faults = [fault for kind in _KINDS for fault in await _changed(tx, kind, kept)]
    if faults:  # what was counted is there no more: nothing can be worked out of it
        return faults
    faults += await _prior_faults(tx, publication, kept)
    faults += await _ratio_faults(tx, publication, kept)
    faults += await _spend_faults(tx, publication, kept, frozenset(row["agreed_organisations"]))
    return faults


async def _changed(tx: AsyncConnection, kind: SourceKind, kept: Sequence[Source]) -> list[str]:
    """The sources of a kind that are not any more what they were when they were counted."""
    of_kind = [one for one in kept if one.kind == kind]
    now = {(one.id, one.version): one for one in await sources_now(tx, kind, _versions(of_kind))}
    return [
        f"{_KINDS[kind].format(one.id)} is not what was counted"
        for one in of_kind
        if now.get((one.id, one.version)) != one
    ]


def _versions(kept: Sequence[Source]) -> list[tuple[UUID, int]]:
    return [(one.id, one.version) for one in kept]


def _of(kept: Sequence[Source], kind: SourceKind) -> list[tuple[UUID, int]]:
    return _versions([one for one in kept if one.kind == kind])


async def _prior_faults(tx: AsyncConnection, publication: Publication, kept: Sequence[Source]) -> list[str]:
    shown = publication.value.prior_totals
    counted = set(_of(kept, "prior_total"))
    if counted != {(one.id, one.version) for one in shown}:
        return ["the totals made elsewhere are not those that it counted"]
    versions = await versions_of(tx, [one.id for one in shown])
    rows = {(row["prior_total_id"], row["version"]): row for of in versions.values() for row in of}
    return [
        f"the total made elsewhere {one.id} is not what was stated"
        for one in shown
        if (row := rows.get((one.id, one.version))) is None
        or one.model_dump(exclude={"id", "version", "recomputable"})
        != type(one)(id=one.id, version=one.version, **stated_by(row)).model_dump(
            exclude={"id", "version", "recomputable"}
        )
    ]


async def _ratio_faults(tx: AsyncConnection, publication: Publication, kept: Sequence[Source]) -> list[str]:
    told = publication.contract_ratio
    if told is None or told.absent == "withheld":
        return []
    window = Period(publication.period_start, publication.period_end)
    lines = Slice(publication.place_id, window, publication.ledger_position)
    worths = await worths_stated(tx, _of(kept, "contract_value"))
    parts = await contract_parts(tx, lines, publication.published_at)
    stood = whole_ratio([replace(part, value_pence=worths.get(part.source_id)) for part in parts])
    return [] if told == stood else ["the value for each £ of contract is not what the contracts say"]


async def _spend_faults(
    tx: AsyncConnection, publication: Publication, kept: Sequence[Source], agreed: frozenset[UUID]
) -> list[str]:
    told = publication.spend
    if told is None:
        return []
    if told.told_in is not None:
        first = await publication_numbered(tx, publication.place_id, told.told_in)
        as_told = None if first is None else thawed(first["document"]).spend
        is_same = as_told is not None and told == as_told.model_copy(update={"told_in": told.told_in})
        return [] if is_same else [f"payments are not as publication {told.told_in} told them"]
    imports = [one for one, _ in _of(kept, "spend_import")]
    rows = await imports_by_id(tx, imports)
    faults = []
    if {row["place_id"] for row in rows} - {publication.place_id}:
        faults.append("payments are of another place")
    partners = {row["organisation_id"] for row in rows}
    if (told.partners_counted, told.data_status) != (
        len(partners),
        status_of(row["data_status"] for row in rows),
    ):
        faults.append("payments are said to be of other imports than were counted")
    sums = await kept_spend_sums(tx, publication.id)
    if told.total is None:
        return [*faults, *(["payments were kept that it does not tell"] if sums else [])]
    if not _of(kept, "spend_sums"):
        faults.append("it is not kept what its payments were worked out of")
    window = Period(publication.period_start, publication.period_end)
    faults += _sum_faults(sums, await rows_by_category(tx, imports, window))
    surveyed = await rounds_by_id(tx, [one for one, _ in _of(kept, "spend_round")])
    rule = publication.disclosure
    thresholds = DisclosureRule(rule.minimum_organisations, Decimal(rule.dominance_percent), rule.source)
    return [*faults, *_told_faults(told, _Stood(sums, surveyed, agreed, thresholds))]


def _sum_faults(
    sums: Sequence[SpendSum], rows: Mapping[tuple[UUID, str], tuple[str, int, int]]
) -> Iterator[str]:
    """The sums of partners and categories that their rows do not come to."""
    kept: dict[tuple[UUID, str], tuple[str, int, int]] = {}
    for one in sums:
        label, count, pence = kept.get((one.organisation_id, one.category), (one.label, 0, 0))
        key = (one.organisation_id, one.category)
        kept[key] = (min(label, one.label), count + one.row_count, pence + one.pence)
    for who, category in sorted(kept.keys() | rows.keys(), key=str):
        if kept.get((who, category)) != rows.get((who, category)):
            yield f"payments of {who} in the category {category!r} are not what its rows come to"


@dataclass(frozen=True, slots=True)
class _Stood:
    """What a publication's figures of payments were worked out of."""

    sums: Sequence[SpendSum]
    rounds: Sequence[RowMapping]
    agreed: frozenset[UUID]
    rule: DisclosureRule


def _told_faults(told: PublishedSpend, stood: _Stood) -> Iterator[str]:
    """What is told of payments and is not what the sums and the surveyed rounds say."""
    assert told.total is not None  # the caller has seen that it is told
    if told.total != published_cell(whole_cell(stood.sums), "Total", None):
        yield "payments in all are not what the sums say"
    partners = cells_by_partner(stood.sums)
    yield from _cell_faults(
        "of partner",
        told.by_partner,
        # What a partner is called may change; its id stands beside.
        {
            cell.key: published_cell(partners[cell.key], cell.label, None)
            for cell in told.by_partner
            if cell.key in partners
        },
        partners.keys(),
    )
    categories = cells_by_category(stood.sums, {cell.key for cell in told.by_category} - {OTHER})
    yield from _cell_faults(
        "in category",
        told.by_category,
        {key: published_category(cell) for key, cell in categories.items()},
        categories.keys(),
    )
    base = {UUID(key): cell.pence for key, cell in partners.items()}
    found = multiplier_of(base, stood.rounds, stood.agreed, stood.rule)
    if found != (told.local_multiplier, told.local_multiplier_absent):
        yield "the local multiplier is not that of the surveyed rounds"


def _cell_faults(
    name: str,
    told: Sequence[PublishedSpendCell],
    stood: Mapping[str, PublishedSpendCell],
    keys: Collection[Any],
) -> Iterator[str]:
    if sorted(cell.key for cell in told) != sorted(keys):
        yield f"payments are told {name} for others than were paid"
    for cell in told:
        if not cell.suppressed and cell != stood.get(cell.key):
            yield f"payments {name} {cell.key} are not what the sums say"
