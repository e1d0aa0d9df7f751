"""reporting-api as a web application: the only place that wires."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from functools import cache

import httpx2
from fastapi import FastAPI

from cdp_common.clients.feeds import FeedClient
from cdp_common.clients.partners import PartnersClient
from cdp_common.clients.procurement import ProcurementClient
from cdp_common.clients.tokens import TokenSource
from cdp_common.clients.toms import TomsClient
from cdp_common.clients.upstream import open_http
from cdp_common.db.database import Database
from cdp_common.db.merges import find_records
from cdp_common.kernel.clock import Clock, utc_now
from cdp_common.web.app import LifespanTask, create_service
from cdp_common.web.event_routes import router as event_router
from cdp_common.web.feeds import following
from cdp_common.web.housekeeping import purging
from cdp_common.web.issuer import remote_verifier
from cdp_common.web.uploads import UploadRoom
from cdp_common.web.verifier import TokenVerifier
from cdp_common.web.webhooks import webhook_router, webhook_work
from cdp_common.web.wiring import closing, own_tokens, service_database
from reporting_api.api import (
    activities,
    conflicts,
    evidence,
    exports,
    line_deliveries,
    need_figures,
    obligations,
    people,
    performance,
    prior_totals,
    publications,
    report_drafts,
    report_files,
    reports,
    spend,
    spend_figures,
    spend_suppliers,
    targets,
    value,
    value_at_edition,
)
from reporting_api.api.subjects import SUBJECTS
from reporting_api.domain.disclosure import DisclosureRule
from reporting_api.domain.evidence_files import EvidenceStoreUnavailable
from reporting_api.domain.exports import ExportLimits, ExportStoreUnavailable
from reporting_api.domain.reporting_calendar import Calendar, require_calendar_holds
from reporting_api.settings import SCHEMA, Settings
from reporting_api.storage.blobs import Blobs, BucketAccess
from reporting_api.storage.remembered import Remembered
from reporting_api.storage.spend_rules_shipped import spend_rules
from reporting_api.use_cases.ask_scanner import Scanner
from reporting_api.use_cases.follow_feeds import feeds_followed
from reporting_api.use_cases.give_notice import INTERVAL_S as NOTICE_INTERVAL_S
from reporting_api.use_cases.give_notice import notices_of
from reporting_api.use_cases.import_spend import Keeping
from reporting_api.use_cases.keep_drafts import purge_drafts
from reporting_api.use_cases.keep_evidence import EvidenceKeeping
from reporting_api.use_cases.make_export import ExportWorker, exports_made
from reporting_api.use_cases.publication_files import Signing
from reporting_api.use_cases.purge_answers import purge_once
from reporting_api.use_cases.read_ocds import Publisher
from reporting_api.use_cases.run_sequencer import sequencer_running
from reporting_api.use_cases.sign_heads import HeadSigner
from reporting_api.use_cases.take_events import EventTaker
from reporting_api.use_cases.tend_evidence import INTERVAL_S as TENDING_INTERVAL_S
from reporting_api.use_cases.tend_evidence import EvidenceRetention, tend_evidence
from reporting_api.use_cases.tend_exports import INTERVAL_S as EXPORTS_INTERVAL_S
from reporting_api.use_cases.tend_exports import tend_exports

MAX_REPORT_BYTES = 8 * 1024 * 1024
"""A report of a thousand lines with evidence is larger than other bodies."""

_LARGER_BODIES = {
    "/v1/reports": MAX_REPORT_BYTES,
    "/v1/reports/validate": MAX_REPORT_BYTES,
    "/v1/report-files": report_files.MAX_FILE_BYTES,
    "/v1/report-files/validate": report_files.MAX_FILE_BYTES,
    "/v1/cohorts": MAX_REPORT_BYTES,
    "/v1/cohorts/{cohort_id}/corrections": MAX_REPORT_BYTES,
    "/v1/reports/{report_id}/corrections": MAX_REPORT_BYTES,
    "/v1/report-drafts": MAX_REPORT_BYTES,
    "/v1/report-drafts/{draft_id}": MAX_REPORT_BYTES,
    "/v1/spend-imports": report_files.MAX_FILE_BYTES,
    "/v1/spend-imports/preview": report_files.MAX_FILE_BYTES,
}

_ROUTERS = (
    activities.router,
    report_files.router,  # before reports: /v1/reports/validate is no report
    reports.router,
    report_drafts.router,
    conflicts.router,
    evidence.router,
    exports.router,
    obligations.router,
    value.router,
    value_at_edition.router,
    line_deliveries.router,
    need_figures.router,
    prior_totals.router,
    publications.router,
    targets.router,
    people.router,
    performance.router,
    spend.router,
    spend_suppliers.router,
    spend_figures.router,
    event_router,
    webhook_router,
)


def create_app(
    settings: Settings,
    *,
    database: Database | None = None,
    verifier: TokenVerifier | None = None,
    http: httpx2.AsyncClient | None = None,
    clock: Clock = utc_now,
    in_background: bool = True,
) -> FastAPI:
    """The application; it connects to nothing before it is started.

    `database`, `verifier` and `http` stand in for those that the settings name. Without `in_background` no
    feed is consumed, and nothing is sealed unless somebody asks.
    """
    db = database or service_database(settings, SCHEMA)
    http = http or open_http()
    tokens = own_tokens(settings, http)
    toms = TomsClient(settings.toms_url, tokens, http)
    partners = PartnersClient(settings.partners_url, tokens, http)
    signer = HeadSigner(cache(settings.secret_key))
    calendar = _calendar(settings)
    keeping = evidence_keeping(settings)
    limits = _export_limits(settings)
    exporting = ExportWorker(db, export_blobs(settings), limits, clock)
    work = _Work(db, clock, settings)
    app = create_service(
        settings,
        name="reporting-api",
        title="Reporting API",
        version="1",
        description="What was delivered: reports, validation, the ledger, publications.",
        subjects=SUBJECTS,
        routers=_ROUTERS,
        database=db,
        package="reporting_api",
        verifier=verifier or remote_verifier(settings, http, clock),
        clock=clock,
        lifespan_tasks=[
            closing(http),
            webhook_work(db, settings, SCHEMA),
            *(
                [
                    work.sequencing(signer),
                    *work.housekeeping(calendar, keeping),
                    work.exporting(exporting),
                    *work.following(EventTaker(db, toms, partners, clock), tokens, http),
                ]
                if in_background
                else []
            ),
        ],
        larger_bodies=_LARGER_BODIES | {evidence.PATH: settings.evidence_max_bytes},
    )
    app.state.toms, app.state.partners = toms, partners
    app.state.procurement = ProcurementClient(settings.procurement_url, tokens, http)
    app.state.find_records = find_records
    app.state.ledger_signer = signer
    app.state.calendar = calendar
    app.state.evidence_keeping = keeping
    app.state.export_limits, app.state.export_worker = limits, exporting
    app.state.export_blobs = export_blobs(settings)
    _set_up_reading(app, settings)
    _set_up_publishing(app, settings)
    return app


@dataclass(frozen=True, slots=True)
class _Work:
    """What runs beside the answering of requests, for as long as the application does."""

    db: Database
    clock: Clock
    settings: Settings

    def sequencing(self, signer: HeadSigner) -> LifespanTask:
        interval_s = self.settings.sequencer_interval_s
        return lambda: sequencer_running(self.db, signer, self.clock, interval_s)

    def following(
        self, taker: EventTaker, tokens: TokenSource | None, http: httpx2.AsyncClient
    ) -> list[LifespanTask]:
        named = self.settings
        urls = {
            "partners": named.partners_url,
            "procurement": named.procurement_url,
            "charter": named.charter_url,
            "toms": named.toms_url,
        }
        return [
            following(
                self.db,
                followed,
                FeedClient(urls[followed.source], tokens, http),
                poll_interval_s=named.poll_interval_s,
                clock=self.clock,
            )
            for followed in feeds_followed(taker)
        ]

    def exporting(self, worker: ExportWorker) -> LifespanTask:
        return lambda: exports_made(worker, self.settings.database_url, SCHEMA)

    def housekeeping(self, calendar: Calendar, keeping: EvidenceKeeping) -> list[LifespanTask]:
        db, clock, named = self.db, self.clock, self.settings
        drafts_kept = timedelta(days=named.draft_kept_days)
        retention = EvidenceRetention(
            unused=timedelta(days=named.evidence_unused_days),
            after_period=timedelta(days=named.evidence_kept_days),
        )
        return [
            purging(lambda: purge_once(db, clock)),
            purging(lambda: purge_drafts(db, clock, drafts_kept)),
            purging(notices_of(db, clock, calendar), interval_s=NOTICE_INTERVAL_S),
            purging(lambda: tend_evidence(db, keeping, retention, clock), interval_s=TENDING_INTERVAL_S),
            purging(lambda: tend_exports(db, clock), interval_s=EXPORTS_INTERVAL_S),
        ]


def _calendar(settings: Settings) -> Calendar:
    require_calendar_holds(settings.reporting_due_days, settings.reporting_reminder_days)
    return Calendar(True, settings.reporting_due_days, settings.reporting_reminder_days)


def _set_up_reading(app: FastAPI, settings: Settings) -> None:
    """What routes that take files or answer totals find beside the settings."""
    app.state.evidence_media_types = frozenset(settings.evidence_media_types)
    app.state.evidence_uploads = UploadRoom()
    app.state.uploads = UploadRoom()
    app.state.memory = Remembered()
    app.state.spend_keeping = Keeping(cache(settings.secret_key), spend_rules())


def _set_up_publishing(app: FastAPI, settings: Settings) -> None:
    """What is published: in whose name, under which licence, with which key, hiding what."""
    own_url = settings.public_url or settings.reporting_url
    app.state.ocds_publisher = Publisher(settings.publisher_name, own_url, settings.procurement_url)
    app.state.publication_licence = settings.publication_licence
    app.state.publication_signing = Signing(own_url, settings.secret_key)
    app.state.disclosure_rule = DisclosureRule(
        settings.disclosure_minimum_organisations,
        settings.disclosure_dominance_percent,
        settings.disclosure_source,
        settings.disclosure_minimum_people,
    )


def _bucket_access(settings: Settings) -> BucketAccess:
    return BucketAccess(
        settings.evidence_s3_endpoint,
        settings.evidence_s3_region,
        settings.evidence_s3_access_key_id,
        settings.evidence_s3_secret_key_file,
    )


def _export_limits(settings: Settings) -> ExportLimits:
    return ExportLimits(
        settings.export_max_rows,
        settings.export_max_bytes,
        settings.export_max_open,
        settings.export_max_kept_bytes,
        timedelta(days=settings.export_kept_days),
        settings.export_limit_s,
    )


def export_blobs(settings: Settings) -> Blobs:
    """The store of evidence, in which exports lie beside it."""
    return Blobs(settings.evidence_store, _bucket_access(settings), ExportStoreUnavailable)


def evidence_keeping(settings: Settings) -> EvidenceKeeping:
    """The store and the scanner that the settings name."""
    scanner = settings.evidence_scanner
    return EvidenceKeeping(
        Blobs(settings.evidence_store, _bucket_access(settings), EvidenceStoreUnavailable),
        None if scanner is None else Scanner(scanner, settings.evidence_scan_limit_s),
    )
