"""From bids as they are stored to what goes out on the wire."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection

from cdp_common.contracts.after_opening import RemovedBid, SupersededBid
from cdp_common.contracts.bids import Bid, BidVersion
from cdp_common.contracts.organisations import Identifier
from cdp_common.contracts.tenderers import OpenedAttestation, OpenedTenderer
from procurement_api.storage.bids import lines_of, versions_of
from procurement_api.storage.entries import removals_of_bids, superseded_of
from procurement_api.storage.portals import attestations_of, tenderers_of
from procurement_api.use_cases.answers import AFTER_OPENING, by_column, opened_line_answer
from procurement_api.use_cases.entries_of import removed_bids, superseded_bids

_OfBid = TypeVar("_OfBid", RemovedBid, SupersededBid)


@dataclass(frozen=True)
class Parts:
    """What belongs to some bids, by bid."""

    versions: Mapping[UUID, Sequence[Mapping[Any, Any]]]
    lines: Mapping[UUID, Sequence[Mapping[Any, Any]]]
    tenderers: Mapping[UUID, Sequence[Mapping[Any, Any]]]
    attestations: Mapping[UUID, Sequence[Mapping[Any, Any]]]
    removed: Mapping[UUID, Sequence[RemovedBid]]
    superseded: Mapping[UUID, Sequence[SupersededBid]]


async def parts_of_bids(tx: AsyncConnection, ids: Sequence[UUID]) -> Parts:
    """What belongs to the bids, read from where it stands."""
    return Parts(
        versions=by_column(await versions_of(tx, ids), "bid_id"),
        lines=by_column(await lines_of(tx, ids), "bid_id"),
        tenderers=by_column(await tenderers_of(tx, ids), "bid_id"),
        attestations=by_column(await attestations_of(tx, ids), "bid_id"),
        removed=_by_bid(removed_bids(await removals_of_bids(tx, ids))),
        superseded=_by_bid(superseded_bids(await superseded_of(tx, ids))),
    )


def _by_bid(told: Sequence[_OfBid]) -> dict[UUID, list[_OfBid]]:
    found: dict[UUID, list[_OfBid]] = {}
    for one in told:
        found.setdefault(one.bid_id, []).append(one)
    return found


def bid_answers(bids: Sequence[RowMapping], parts: Parts, *, for_bidder: bool = False) -> list[Bid]:
    """Bids in the order of `bids`.

    One that was not opened has no lines, and its bidder, or its portal, alone sees whose it is.
    """
    return [_answer(bid, parts, for_bidder=for_bidder) for bid in bids]


def _answer(bid: RowMapping, parts: Parts, *, for_bidder: bool) -> Bid:
    is_open = bid["state"] == "opened"
    shows_whose = for_bidder or bid["state"] in AFTER_OPENING
    lines = [opened_line_answer(line) for line in parts.lines.get(bid["id"], ())]
    attested = parts.attestations.get(bid["id"], ())
    return Bid(
        id=bid["id"],
        tender_id=bid["tender_id"],
        state=bid["state"],
        version=bid["version"],
        versions=[
            BidVersion(
                version=row["version"],
                received_at=row["received_at"],
                action=row["action"],
                terms_version=row["terms_version"],
            )
            for row in parts.versions.get(bid["id"], ())
        ],
        needs_reconfirmation=bid["needs_reconfirmation"],
        disregarded_reason=bid["disregarded_reason"],
        tenderer_name=bid["tenderer_name"],
        tenderer_organisation_id=bid["tenderer_organisation_id"] if shows_whose else None,
        tenderers=[_tenderer(row) for row in parts.tenderers.get(bid["id"], ())],
        portal_organisation_id=bid["portal_organisation_id"] if shows_whose else None,
        attestation=_attestation(attested[0]) if attested else None,
        removed=list(parts.removed.get(bid["id"], ())),
        superseded=list(parts.superseded.get(bid["id"], ())),
        lines=lines if is_open else None,
    )


def _tenderer(row: Mapping[Any, Any]) -> OpenedTenderer:
    by_register = row["scheme"] is not None
    return OpenedTenderer(
        lead=row["lead"],
        organisation_id=row["organisation_id"],
        identifier=Identifier(scheme=row["scheme"], id=row["number"]) if by_register else None,
        portal_local_id=row["portal_local_id"],
        legal_name=row["legal_name"],
    )


def _attestation(row: Mapping[Any, Any]) -> OpenedAttestation:
    return OpenedAttestation(authorised_by=row["authorised_by"], authorised_at=row["authorised_at"])
