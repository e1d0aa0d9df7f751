"""Freezing a period's figures: computed at one position of the ledger, protected, numbered, never changed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection

from cdp_common.clients.partners import PartnersClient
from cdp_common.clients.toms import TomsClient
from cdp_common.contracts.base import Contract
from cdp_common.contracts.bridges import Bridge
from cdp_common.contracts.publications import DisclosureRule as RuleContract
from cdp_common.contracts.publications import Publication, PublicationChange, PublicationDraft
from cdp_common.contracts.reporting import CollectiveValue
from cdp_common.db.database import Database
from cdp_common.db.events import NewEvent, record_event
from cdp_common.db.idempotency import Answer, Once
from cdp_common.kernel.clock import Clock
from cdp_common.kernel.identifiers import new_id
from cdp_common.kernel.money import gbp_from_pence, pence_from_gbp
from cdp_common.kernel.periods import Period
from cdp_common.web.caller import Caller
from reporting_api.domain.chain import GENESIS, Block, canonical_json
from reporting_api.domain.disclosure import DisclosureRule
from reporting_api.domain.publications import (
    HEADLINES,
    PUBLICATION_FORMAT,
    HeadlineFigure,
    PublicationOvertaken,
    changes_between,
    content_hash,
    require_period_publishable,
)
from reporting_api.storage.contract_values import contract_parts
from reporting_api.storage.decile_sums import indices_landed_in
from reporting_api.storage.figures import Slice, see_one_moment
from reporting_api.storage.ledger import head_block
from reporting_api.storage.licensed_totals import keep_shown
from reporting_api.storage.publications import (
    add_publication,
    last_number,
    latest_of_period,
    lock_numbers,
    publication_by_id,
)
from reporting_api.use_cases.build_bridge import build_bridges, cell_changes
from reporting_api.use_cases.gather import gather_crosswalks
from reporting_api.use_cases.keep_sources import keep_what_was_counted
from reporting_api.use_cases.publication_files import Signing, keep_files
from reporting_api.use_cases.publish_need import NeedOfPlace, need_of_place, published_need
from reporting_api.use_cases.publish_spend import spend_to_publish
from reporting_api.use_cases.publish_targets import (
    ShownProgress,
    keep_published_progress,
    progress_to_publish,
)
from reporting_api.use_cases.read_contract_ratios import ratio_to_publish
from reporting_api.use_cases.read_publications import thawed
from reporting_api.use_cases.run_sequencer import seal_place
from reporting_api.use_cases.value_contracts import validated_share
from reporting_api.use_cases.value_to_publish import (
    ToProtect,
    ToPublish,
    value_to_protect,
    value_to_publish,
)

MOST_ATTEMPTS = 5
"""So often a publication is worked out, where others publish for the place at the same moment."""


class PublicationRef(Contract):
    """What is kept of the answer to publishing: which publication it is; that is frozen itself."""

    id: UUID


@dataclass(frozen=True, slots=True)
class _Basis:
    """What a publication is made of, as it stood at one position of the ledger and before one number."""

    number: int
    now: datetime
    before: RowMapping | None
    """The last publication of the period."""
    head: Block | None
    lines: Slice
    unprotected: ToProtect


@dataclass(frozen=True, slots=True)
class _Asked:
    """What is to be published, and how."""

    caller: Caller
    place_id: UUID
    draft: PublicationDraft
    rule: DisclosureRule
    licence: str
    signing: Signing
    need: NeedOfPlace


async def publish_period(
    db: Database,
    toms: TomsClient,
    partners: PartnersClient,
    caller: Caller,
    place_id: UUID,
    draft: PublicationDraft,
    rule: DisclosureRule,
    licence: str,
    signing: Signing,
    once: Once,
    clock: Clock,
) -> Answer:
    """The frozen publication; a period published before is restated under a new number, with a reason.

    What may be shown is worked out between two transactions, for that takes up to some seconds; when somebody
    has published meanwhile, whose readers know more, it is worked out anew.
    """
    caller.requires_role(place_id, "programme_manager")
    async with db.begin() as tx:
        if (earlier := await once.replay(tx)) is not None:
            return await _as_frozen(tx, earlier)
    await gather_crosswalks(db, toms)
    need = await need_of_place(db, partners, toms, place_id, clock)
    # What waits in the inbox is sealed first, so that the publication rests on positions of the ledger.
    await seal_place(db, place_id, clock)
    asked = _Asked(caller, place_id, draft, rule, licence, signing, need)
    for _ in range(MOST_ATTEMPTS):
        async with db.begin() as tx:
            await see_one_moment(tx)
            basis = await _basis(tx, asked, clock())
        protected = await value_to_publish(basis.unprotected, rule, number=basis.number)
        async with db.begin() as tx:
            if (earlier := await once.replay(tx)) is not None:
                return await _as_frozen(tx, earlier)
            if await lock_numbers(tx, place_id) + 1 == basis.number:
                return await _freeze(tx, asked, basis, protected, once)
    raise PublicationOvertaken("Others published meanwhile; publish again.")


async def _basis(tx: AsyncConnection, asked: _Asked, now: datetime) -> _Basis:
    period = Period(asked.draft.period_start, asked.draft.period_end)
    before = await latest_of_period(tx, asked.place_id, period, now)
    require_period_publishable(period, now.date(), before is not None, asked.draft.reason)
    head = await head_block(tx, asked.place_id)
    lines = Slice(asked.place_id, period, 0 if head is None else head.last_position)
    number = await last_number(tx, asked.place_id) + 1
    return _Basis(number, now, before, head, lines, await value_to_protect(tx, lines, now))


async def _freeze(
    tx: AsyncConnection, asked: _Asked, basis: _Basis, protected: ToPublish, once: Once
) -> Answer:
    """Write the publication under its number, with what stands beside its figures."""
    lines, rule, now, position = basis.lines, asked.rule, basis.now, basis.lines.position
    assert position is not None  # a publication rests on one
    agreed, through = protected.agreed, lines.window.end
    progress = await progress_to_publish(tx, protected.value, position, agreed, rule)
    bridges = await build_bridges(tx, asked.place_id, basis.number, position, through, agreed, rule)
    spend = await spend_to_publish(tx, lines, agreed, rule, now)
    ratio = ratio_to_publish(await contract_parts(tx, lines, now), protected, rule)
    publication = _publication(asked, basis, protected.value, progress, bridges)
    publication = publication.model_copy(
        update={
            "format": PUBLICATION_FORMAT,
            "need": published_need(protected, asked.need, await indices_landed_in(tx, lines)),
            "contract_ratio": ratio.told,
            "spend": spend.told,
            "validated_share": validated_share(protected.value.figures),
            "url": asked.signing.address(publication.id),
        }
    )
    document = canonical_json(publication.model_dump(mode="json"))
    row = _row(publication, agreed, document)
    await add_publication(tx, row)
    await keep_shown(tx, row, protected.licensed)
    await keep_what_was_counted(tx, publication, spend, ratio)
    await keep_published_progress(tx, progress, row, now)
    await keep_files(tx, asked.signing, publication, document, now)
    await record_event(tx, _published(publication), now)
    kept = await once.keep(tx, 201, PublicationRef(id=publication.id), now=now)
    return Answer(kept.status, document, kept.headers)


def _publication(
    asked: _Asked,
    basis: _Basis,
    value: CollectiveValue,
    progress: Sequence[ShownProgress],
    bridges: list[Bridge],
) -> Publication:
    draft, before, head, rule = asked.draft, basis.before, basis.head, asked.rule
    return Publication(
        id=new_id(),
        place_id=value.place_id,
        number=basis.number,
        period_start=draft.period_start,
        period_end=draft.period_end,
        published_at=basis.now,
        restates=None if before is None else before["number"],
        reason=draft.reason,
        changes=[] if before is None else _changes(before, value),
        cell_changes=[] if before is None else cell_changes(thawed(before["document"]).value, value),
        bridges=bridges,
        value=value,
        targets=[shown.answer for shown in progress],
        content_sha256=content_hash(value.model_dump(mode="json")),
        ledger_position=0 if head is None else head.last_position,
        ledger_head=GENESIS if head is None else head.block_hash,
        disclosure=RuleContract(
            minimum_organisations=rule.minimum_organisations,
            dominance_percent=Decimal(rule.dominance_percent),
            minimum_people=rule.minimum_people,
            source=rule.source,
        ),
        licence=asked.licence,
    )


def _changes(before: RowMapping, value: CollectiveValue) -> list[PublicationChange]:
    earlier = thawed(before["document"]).value
    return [
        PublicationChange(
            figure=change.figure,
            before_gbp=gbp_from_pence(change.before_pence),
            after_gbp=gbp_from_pence(change.after_pence),
            difference_gbp=gbp_from_pence(change.after_pence - change.before_pence),
        )
        for change in changes_between(_headline(earlier), _headline(value))
    ]


def _headline(value: CollectiveValue) -> dict[HeadlineFigure, int]:
    return {figure: pence_from_gbp(getattr(value.figures, figure).total_gbp) for figure in HEADLINES}


def _row(publication: Publication, agreed: frozenset[UUID], document: bytes) -> dict[str, object]:
    return {
        "id": publication.id,
        "place_id": publication.place_id,
        "number": publication.number,
        "previous_number": None if publication.number == 1 else publication.number - 1,
        "period_start": publication.period_start,
        "period_end": publication.period_end,
        "published_at": publication.published_at,
        "restates": publication.restates,
        "ledger_position": publication.ledger_position,
        "minimum_organisations": publication.disclosure.minimum_organisations,
        "dominance_percent": publication.disclosure.dominance_percent,
        "agreed_organisations": sorted(agreed),
        "content_sha256": publication.content_sha256,
        "document": document,
    }


def _published(publication: Publication) -> NewEvent:
    return NewEvent(
        type="publication.published",
        aggregate_type="publication",
        aggregate_id=publication.id,
        aggregate_version=1,
        place_id=publication.place_id,
        audience=("public",),
        data={
            "publication_id": str(publication.id),
            "place_id": str(publication.place_id),
            "number": publication.number,
            "period_start": publication.period_start.isoformat(),
            "period_end": publication.period_end.isoformat(),
            "restates": publication.restates,
            "content_sha256": publication.content_sha256,
            "data_status": publication.value.data_status,
        },
        effective_on=publication.period_end,
    )


async def _as_frozen(tx: AsyncConnection, earlier: Answer) -> Answer:
    """The first answer again: the publication that the record names, byte for byte."""
    row = await publication_by_id(tx, PublicationRef.model_validate_json(earlier.body).id)
    assert row is not None  # publications are never removed
    return Answer(earlier.status, row["document"], earlier.headers, replayed=True)
