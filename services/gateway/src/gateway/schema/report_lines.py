"""A line as its reporter states it: of a draft, and of the report that it becomes."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated
from uuid import UUID

import strawberry

from cdp_common.contracts import reporting as contract
from gateway.context import Info
from gateway.schema.enums import Unit
from gateway.schema.fields import calls_together
from gateway.schema.partners import Organisation, organisation_of
from gateway.schema.records import maybe_shown, said, shows
from gateway.schema.writing_enums import Route

if TYPE_CHECKING:
    from gateway.schema.report_drafts import EvidenceFile
    from gateway.schema.toms import Measure

LazyMeasure = Annotated["Measure", strawberry.lazy("gateway.schema.toms")]
LazyFile = Annotated["EvidenceFile", strawberry.lazy("gateway.schema.report_drafts")]


@shows(contract.AreaShare, "The share of a line that landed in one small area.")
class AreaShare:
    """A share."""

    area_code: str = said("The small area.")
    share: Decimal = said("The share, from 0 to 1; the rest is not placed.")


@shows(contract.Evidence, "Evidence by reference.")
class Evidence:
    """A piece of evidence."""

    title: str = said("What it is.")
    url: str | None = said("Where it is kept; null for a file that is stored here.")
    evidence_id: UUID | None = said("The id of the stored file in the REST APIs; null without one.")
    sha256: str | None = said("Its SHA-256; null where none was stated.")

    @calls_together("The stored file; null without one, or where the caller may not know of it.")
    async def file(self, info: Info) -> LazyFile | None:
        """The file."""
        from gateway.schema.report_drafts import EvidenceFile  # drafts have lines, and these their files

        key = self.evidence_id
        found = None if key is None else await info.context.loaders.evidence_files.load(key)
        return maybe_shown(EvidenceFile, found)


@strawberry.type
class StatedLine:
    """What a reporter states of a line; the types of lines have these fields."""

    measure: str = said("The measure's code.")
    edition_hash: str | None = said(
        "The hash of the edition that values it; null where a commitment pins its own."
    )
    quantity: Decimal = said("How much, in the unit.")
    denominator: Decimal | None = said("The lower part of a ratio; null for others.")
    unit: Unit = said("The measure's unit.")
    route: Route = said("By which way it arose.")
    commissioner_id: UUID | None = said(
        "The id of who buys or funds it: as stated, and once reported that of the agreement that it is held "
        "against; null where nobody does."
    )
    commitment_line_id: UUID | None = said(
        "The id of the commitment that it is held against; null where nobody had promised it."
    )
    activity_id: UUID | None = said(
        "The id of the joint activity that it is part of; null where it is part of none."
    )
    activity: str | None = said("The reporter's own name of what was done; null where none is stated.")
    areas: list[AreaShare] = said("Where it landed.")
    industry: str | None = said("The industry's code, for local spend; null for others.")
    attribution_share: Decimal | None = said("The reporter's own share of it; null: all.")
    started_on: date | None = said("When the job or outcome began; null for others.")
    headcount: int | None = said("How many people the posts are; null for others.")
    target_group: str | None = said("The group of people that it is for; null for none.")
    evidence: list[Evidence] = said("What shows it.")
    attests_contract_only: bool = said("Attested: it relates only to this contract and period.")
    attests_commitment: bool = said("Attested: it relates to a commitment in this contract.")
    note: str = said("What the reporter says of it.")

    @calls_together(
        "The measure itself, with guidance and proxy; null where a commitment pins the edition, or where the "
        "measure is not there."
    )
    async def measure_definition(self, info: Info) -> LazyMeasure | None:
        """The measure."""
        from gateway.schema.toms import measure_of  # measures are the larger part of the graph

        edition_hash = self.edition_hash
        return None if edition_hash is None else await measure_of(info.context, edition_hash, self.measure)

    @calls_together(
        "Who buys or funds it: as stated, and once reported the buyer of the agreement that it is held "
        "against; null where nobody does."
    )
    async def commissioner(self, info: Info) -> Organisation | None:
        """The commissioner."""
        key = self.commissioner_id
        return None if key is None else await organisation_of(info.context, key)
