"""reporting-api's part of the graph: drafts of reports, and files of evidence, of one's own organisation."""

from __future__ import annotations

from datetime import date, datetime
from enum import Enum
from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID

import strawberry

from cdp_common.contracts import evidence as evidence_contract
from cdp_common.contracts import report_drafts as contract
from cdp_common.contracts.reporting import ReportLineDraft as LineContract
from gateway.context import Context, Info
from gateway.loading import or_none
from gateway.schema.enums import DataStatus, described_value
from gateway.schema.fields import calls_each, calls_together
from gateway.schema.nodes import DEFAULT_PAGE_SIZE, After, Connection, First, Node, parse_uuid, uuid_of
from gateway.schema.partners import Organisation, organisation_of, place_of
from gateway.schema.records import maybe_shown, page_of, said, shows, shows_node
from gateway.schema.report_lines import StatedLine

if TYPE_CHECKING:
    from gateway.schema.places import Place

LazyPlace = Annotated["Place", strawberry.lazy("gateway.schema.places")]


@shows(LineContract, "A line of a draft, as it was stated.")
class DraftLine(StatedLine):
    """A line."""


@shows_node(
    contract.KeptDraft,
    "A draft of a report: kept by its organisation, seen by nobody else, counted nowhere.",
    without={"state": "always a draft: once submitted it is a report"},
)
class ReportDraft(Node):
    """A draft."""

    record: strawberry.Private[contract.KeptDraft]
    rest_id: UUID = said("The id by which the REST APIs know it; once submitted, the report has it.", of="id")
    period_start: date = said("The period's first day.")
    period_end: date = said("The period's last day.")
    nil_return: bool = said("Whether there is nothing to report.")
    named_totals_agreed: bool = said("Whether publications may name the reporter's own totals.")
    local_area: str | None = said("The area in which 'local' is meant; null for the place.")
    data_status: DataStatus = said("Whether it is real or a sample.")
    line_count: int = said("How many lines it has.")
    created_at: datetime = said("When it was begun.")
    changed_at: datetime = said("When it was last changed.")
    version: int = said("The version; each change makes one.")
    correction_reason: str | None = said("Why it corrects a report; null where it corrects none.")
    corrects: UUID | None = said(
        "The report that it is to take the place of, by its REST id; null where it corrects none."
    )

    @calls_together("Whose draft it is.")
    async def organisation(self, info: Info) -> Organisation | None:
        """The organisation."""
        return await organisation_of(info.context, self.record.organisation_id)

    @calls_together("The place.")
    async def place(self, info: Info) -> LazyPlace | None:
        """The place."""
        return await place_of(info.context, self.record.place_id)

    @calls_each("Its lines, in the order in which they were stated.")
    async def lines(
        self, info: Info, first: First = DEFAULT_PAGE_SIZE, after: After = None
    ) -> Connection[DraftLine] | None:
        """A page of lines."""
        return await page_of(
            DraftLine,
            info.context.upstreams.reporting,
            lambda api, page: api.list_report_draft_lines(self.record.id, **page),
            first,
            after,
        )


@strawberry.enum(description="What a scanner said of a file.")
class ScanState(Enum):
    """What a scanner said."""

    NOT_SCANNED = described_value("not_scanned", "This deployment has no scanner.")
    UNSCANNED = described_value("unscanned", "It has not answered yet; nobody reads the file until then.")
    CLEAN = described_value("clean", "It found nothing.")
    REFUSED = described_value("refused", "It found something, and the file is gone.")


@strawberry.enum(description="Why a file is gone.")
class RemovalReason(Enum):
    """Why a file is gone."""

    PERSONAL_DATA = described_value("personal_data", "It held personal data.")
    WRONG_FILE = described_value("wrong_file", "It was the wrong one.")
    NO_LONGER_NEEDED = described_value("no_longer_needed", "Nobody needs it any more.")
    REFUSED_BY_SCANNER = described_value("refused_by_scanner", "The scanner found something.")
    NEVER_USED = described_value("never_used", "No report named it.")
    KEPT_LONG_ENOUGH = described_value("kept_long_enough", "Its time of keeping is over.")


@shows_node(
    evidence_contract.StoredEvidence, "A file of evidence: what it is, and whether it is still there."
)
class EvidenceFile(Node):
    """A file; REST gives its content."""

    record: strawberry.Private[evidence_contract.StoredEvidence]
    rest_id: UUID = said("The id by which the REST APIs know it.", of="id")
    file_name: str | None = said("As its sender called it; null where it was not said or the file is gone.")
    media_type: str = said("The media type.")
    byte_count: int = said("How many bytes.")
    sha256: str = said("Its SHA-256.")
    scan: ScanState = said("What a scanner said of it.")
    uploaded_at: datetime = said("When it arrived.")
    report_ids: list[UUID] = said("Reports that were submitted with it, by their ids in the REST APIs.")
    removed_at: datetime | None = said("When it was removed; null while it is there.")
    removal_reason: RemovalReason | None = said("Why it was removed; null while it is there.")
    version: int = said("The version.")

    @calls_together("Whose file it is.")
    async def organisation(self, info: Info) -> Organisation | None:
        """The organisation."""
        return await organisation_of(info.context, self.record.organisation_id)


async def drafts_of_place(
    parent: strawberry.Parent[Any], info: Info, first: First = DEFAULT_PAGE_SIZE, after: After = None
) -> Connection[ReportDraft] | None:
    """A page of drafts."""
    return await page_of(
        ReportDraft,
        info.context.upstreams.reporting,
        lambda api, page: api.list_report_drafts(place_id=parent.rest_id, **page),
        first,
        after,
    )


@strawberry.type
class EvidenceQueries:
    """What can be asked of files of evidence at the root."""

    @calls_each("Files of the organisation that the token acts for, the oldest first; needs `reports:read`.")
    async def evidence_files(
        self, info: Info, first: First = DEFAULT_PAGE_SIZE, after: After = None
    ) -> Connection[EvidenceFile] | None:
        """A page of files."""
        return await page_of(
            EvidenceFile,
            info.context.upstreams.reporting,
            lambda api, page: api.list_evidence(**page),
            first,
            after,
        )

    @calls_each("A file of evidence by its id; null where there is none to be seen; needs `reports:read`.")
    async def evidence_file(
        self,
        info: Info,
        id: Annotated[  # noqa: A002 - the name of the argument in the graph
            strawberry.ID, strawberry.argument(description="Its id, here or in the REST APIs.")
        ],
    ) -> EvidenceFile | None:
        """A file."""
        return await _file(info.context, uuid_of(id, "EvidenceFile"))


async def draft_node(context: Context, key: str) -> ReportDraft | None:
    """The draft of a node id."""
    draft = parse_uuid(key)
    asked = context.upstreams.reporting.ask(lambda api: api.get_report_draft(draft))
    return maybe_shown(ReportDraft, await or_none(asked))


async def evidence_node(context: Context, key: str) -> EvidenceFile | None:
    """The file of a node id."""
    return await _file(context, parse_uuid(key))


async def _file(context: Context, key: UUID) -> EvidenceFile | None:
    return maybe_shown(EvidenceFile, await context.loaders.evidence_files.load(key))
