from datetime import date, datetime
from decimal import Decimal
from typing import Optional
from uuid import UUID

from pydantic import Field

from .base_model import BaseModel
from .enums import RemovalReason, ScanState, Unit


class OwnDrafts(BaseModel):
    place: Optional["OwnDraftsPlace"]
    evidence_files: Optional["OwnDraftsEvidenceFiles"] = Field(alias="evidenceFiles")


class OwnDraftsPlace(BaseModel):
    report_drafts: Optional["OwnDraftsPlaceReportDrafts"] = Field(alias="reportDrafts")


class OwnDraftsPlaceReportDrafts(BaseModel):
    edges: list["OwnDraftsPlaceReportDraftsEdges"]


class OwnDraftsPlaceReportDraftsEdges(BaseModel):
    node: "OwnDraftsPlaceReportDraftsEdgesNode"


class OwnDraftsPlaceReportDraftsEdgesNode(BaseModel):
    rest_id: UUID = Field(alias="restId")
    period_start: date = Field(alias="periodStart")
    period_end: date = Field(alias="periodEnd")
    line_count: int = Field(alias="lineCount")
    changed_at: datetime = Field(alias="changedAt")
    lines: Optional["OwnDraftsPlaceReportDraftsEdgesNodeLines"]


class OwnDraftsPlaceReportDraftsEdgesNodeLines(BaseModel):
    edges: list["OwnDraftsPlaceReportDraftsEdgesNodeLinesEdges"]


class OwnDraftsPlaceReportDraftsEdgesNodeLinesEdges(BaseModel):
    node: "OwnDraftsPlaceReportDraftsEdgesNodeLinesEdgesNode"


class OwnDraftsPlaceReportDraftsEdgesNodeLinesEdgesNode(BaseModel):
    measure: str
    quantity: Decimal
    unit: Unit


class OwnDraftsEvidenceFiles(BaseModel):
    edges: list["OwnDraftsEvidenceFilesEdges"]


class OwnDraftsEvidenceFilesEdges(BaseModel):
    node: "OwnDraftsEvidenceFilesEdgesNode"


class OwnDraftsEvidenceFilesEdgesNode(BaseModel):
    rest_id: UUID = Field(alias="restId")
    file_name: Optional[str] = Field(alias="fileName")
    media_type: str = Field(alias="mediaType")
    byte_count: int = Field(alias="byteCount")
    scan: ScanState
    removal_reason: Optional[RemovalReason] = Field(alias="removalReason")


OwnDrafts.model_rebuild()
OwnDraftsPlace.model_rebuild()
OwnDraftsPlaceReportDrafts.model_rebuild()
OwnDraftsPlaceReportDraftsEdges.model_rebuild()
OwnDraftsPlaceReportDraftsEdgesNode.model_rebuild()
OwnDraftsPlaceReportDraftsEdgesNodeLines.model_rebuild()
OwnDraftsPlaceReportDraftsEdgesNodeLinesEdges.model_rebuild()
OwnDraftsEvidenceFiles.model_rebuild()
OwnDraftsEvidenceFilesEdges.model_rebuild()
