"""Promises of every kind in the licensed measures, made over HTTP."""

from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from joserfc import jws
from tests.integration.licence.history import UNITS, History
from tests.integration.licence.services import Headers, Json, Platform
from tests.integration.procurement_api.world import release
from tests.integration.reporting_api.collective_calls import cohort_rows, scheme
from tests.integration.reporting_api.spend_calls import FILE as SPEND_FILE

from cdp_common.kernel.identifiers import new_id
from cdp_common.kernel.proofs import leaf_hash
from reporting_api.storage.copies import keep_membership

SPEND_PERIOD = {"period_start": "2026-01-01", "period_end": "2026-03-31"}


async def make_promises(history: History) -> None:
    """A signature with a pledge, a grant, and a tender with two bids that goes to its award."""
    await _sign(history)
    await _enter(history)
    await _aim(history)
    await _grant(history)
    await _plan(history)
    await _tender(history)
    await _activity(history)
    await _people(history)
    await _evidence(history)
    await _draft(history)
    await _spend(history)
    await history.platform.consume()
    await _perform(history)
    await _export(history)


async def _sign(history: History) -> None:
    platform = history.platform
    charter = await platform.call(
        "charter-api",
        "POST",
        "/v1/charters",
        platform.as_staff(),
        {
            "place_id": str(platform.place),
            "version": "1",
            "title": "Charter",
            "preamble": "Sample wording.",
            "pledges": [{"code": "time", "objective": "O4", "title": "We give time"}],
            "source": "test",
            "review_months": 36,  # in force on the day on which everything is read
        },
    )
    target = {"measure": "LX-P1", "edition_hash": history.licensed, "quantity": "1234.5", "unit": "hours"}
    pledge = {
        "pledge": "time",
        "text": "Hours",
        "starts_on": "2028-01-01",
        "ends_on": "2028-12-31",
        "place_slug": "county-durham",
        "target": target,
    }
    signed = await platform.call(
        "charter-api",
        "POST",
        "/v1/signatures",
        platform.as_org(history.orgs[0]),
        {
            "charter_id": charter["id"],
            "signing_person": {"name": "Ada Example", "role": "Director"},
            "signed_on": "2028-01-01",
            "pledges": [pledge],
        },
    )
    # The place's key is made with its first certificate.
    await platform.http["charter-api"].get(f"/v1/signatures/{signed['id']}/certificate")
    keys = f"/v1/places/{platform.place}/certificate-keys"
    ring = await platform.call("charter-api", "GET", keys, {})
    history.ids["kid"] += [key["kid"].rpartition("/")[2] for key in ring["keys"]]
    history.ids["charter_id"].append(charter["id"])
    history.ids["signature_id"].append(signed["id"])


async def _enter(history: History) -> None:
    """A signature that a network enters and that nobody has confirmed."""
    cells = {
        "reference": "1",
        "identifier": "GB-COH:01234567",
        "legal_name": "Example Ltd",
        "kind": "private",
        "signing_name": "Bea Example",
        "signing_role": "Director",
        "signed_on": "2028-01-01",
        "pledge": "time",
        "pledge_text": "Hours",
        "place_slug": "county-durham",
        "starts_on": "2028-01-01",
        "ends_on": "2028-12-31",
        "measure": "LX-P1",
        "edition_hash": history.licensed,
        "quantity": "98.5",
        "unit": "hours",
    }
    platform = history.platform
    network = platform.as_org(history.orgs[1])
    answer = await platform.http["charter-api"].post(
        "/v1/signatures/imports",
        params={"charter_id": history.ids["charter_id"][-1]},
        content=",".join(cells) + "\n" + ",".join(cells.values()) + "\n",
        headers={**network, "Content-Type": "text/csv", "Idempotency-Key": str(new_id())},
    )
    assert answer.json()["pending"] == 1, answer.text
    history.ids["entry_id"].append(answer.json()["items"][0]["signature_id"])


async def _aim(history: History) -> None:
    platform = history.platform
    target = {
        "code": "hours",
        "title": "Hours for the young",
        "measures": [{"edition_hash": history.licensed, "code": "LX-P1"}],
        "value": "100000",
        "due": "2029-12-31",
        "source": {
            "publisher": "The tests",
            "title": "Aims",
            "edition": "1",
            "locator": "page 1",
            "url": "https://example.org/aims",
        },
    }
    path = f"/v1/places/{platform.place}/targets"
    made = await platform.call("reporting-api", "POST", path, platform.as_staff(), target)
    history.ids["target_id"].append(made["id"])
    earlier = {
        "title": "Before the ledger",
        "amount_gbp": "1000000.00",
        "period_start": "2022-01-01",
        "period_end": "2022-12-31",
        "publisher": "The tests",
        "basis": "By a method of its own.",
    }
    path = f"/v1/places/{platform.place}/prior-totals"
    made = await platform.call("reporting-api", "POST", path, platform.as_staff(), earlier)
    history.ids["prior_total_id"].append(made["id"])


async def _grant(history: History) -> None:
    platform = history.platform
    made = await platform.call(
        "procurement-api",
        "POST",
        "/v1/agreements",
        platform.as_org(history.orgs[1]),
        {
            "kind": "grant",
            "reference": "GRANT-1",
            "title": "Grant",
            "place_id": str(platform.place),
            "place_slug": "county-durham",
            "deliverer_organisation_id": str(history.orgs[2]),
            "signed_on": "2028-01-01",
            "starts_on": "2028-01-01",
            "ends_on": "2028-12-31",
            "value_gbp": "40000.00",
            "edition_hash": history.licensed,
            "lines": [
                {"measure": "LX-P1", "quantity": "321.7", "unit": "hours"},
                {"measure": "LX-P3", "quantity": "7", "unit": "count"},
            ],
        },
    )
    history.ids["agreement_id"].append(made["id"])
    history.ids["commitment_line_id"] += [one["line_id"] for one in made["lines"]]


async def _plan(history: History) -> None:
    """A plan of own activity, of an organisation that is a partner of the place."""
    platform, partner = history.platform, history.orgs[1]
    platform.partners.join(partner, date(2025, 1, 1))
    made = await platform.call(
        "procurement-api",
        "POST",
        "/v1/plans",
        platform.as_org(partner),
        {
            "reference": "PLAN-2028",
            "title": "Own activity",
            "place_id": str(platform.place),
            "place_slug": "county-durham",
            "adopted_on": "2028-01-01",
            "starts_on": "2028-01-01",
            "ends_on": "2028-12-31",
            "edition_hash": history.licensed,
            "lines": [{"measure": "LX-P1", "quantity": "213.9", "unit": "hours"}],
        },
    )
    history.ids["plan_id"].append(made["id"])


async def _tender(history: History) -> None:
    platform = history.platform
    buyer, bidders = history.orgs[3], history.orgs[:2]
    document = {
        "buyer_organisation_id": str(buyer),
        "place_id": str(platform.place),
        "package": {"releases": [release()]},
    }
    report = await platform.call(
        "procurement-api", "POST", "/v1/ocds/imports", platform.as_org(buyer), document
    )
    path = f"/v1/tenders/{report['tenders'][0]['id']}"
    await _put(platform, buyer, f"{path}/terms", path, _terms(history.licensed))
    await _put(platform, buyer, f"{path}/publish", path, None, method="POST")
    bids = []
    for bidder, hours, people in zip(bidders, ("0.01", "877.31"), ("3", "5"), strict=True):
        bid = {
            "tenderer": {"organisation_id": str(bidder)},
            "lines": [
                {"measure": "LX-P1", "quantity": hours, "unit": "hours", "answer": "So."},
                {"measure": "LX-P3", "quantity": people, "unit": "count", "answer": "So."},
            ],
        }
        receipt = await platform.call("procurement-api", "POST", f"{path}/bids", platform.as_org(bidder), bid)
        bids.append(receipt["bid_id"])
        signed = jws.extract_compact(receipt["receipt_jws"].encode()).payload
        history.ids["leaf_hash"].append(leaf_hash(bytes(signed)))
    platform.clock.set(datetime(2029, 1, 20, 13, tzinfo=UTC))
    version = {"If-Match": await platform.etag("procurement-api", path, platform.as_org(buyer))}
    await platform.call("procurement-api", "POST", f"{path}/open", platform.as_org(buyer), **version)
    await platform.call("procurement-api", "POST", f"{path}/evaluations", platform.as_org(buyer))
    decision = {"winner_bid_id": bids[1]}
    await platform.call("procurement-api", "POST", f"{path}/summaries", platform.as_org(buyer), decision)
    award = {"bid_id": bids[1], "reference": "C-1", "signed_on": "2029-01-20", "value_gbp": "100000.00"}
    award |= {"kpis": [{"title": "Hours for the young", "measure": "LX-P1"}]}
    made = await platform.call("procurement-api", "POST", f"{path}/award", platform.as_org(buyer), award)
    history.ids["tender_id"].append(report["tenders"][0]["id"])
    history.ids["ocid"].append(report["tenders"][0]["ocid"])
    history.ids["bid_id"] += bids
    record = await platform.call(
        "procurement-api", "GET", f"/v1/ocds/records/{report['tenders'][0]['ocid']}", {}
    )
    history.ids["release_id"] += [one["id"] for one in record["records"][0]["releases"]]
    history.ids["agreement_id"].append(made["id"])
    history.ids["commitment_line_id"] += [one["line_id"] for one in made["lines"]]


async def _perform(history: History) -> None:
    """The contract of the tender rated for a quarter, with what its supplier delivered in it."""
    platform = history.platform
    notice = {
        "agreement_id": history.ids["agreement_id"][-1],
        "ocid": history.ids["ocid"][-1],
        "period_start": "2028-10-01",
        "period_end": "2028-12-31",
    }
    buyer = platform.as_org(history.orgs[3])
    told = await platform.call("reporting-api", "POST", "/v1/performance-notices", buyer, notice)
    history.ids["release_id"].append(told["release_id"])


async def _activity(history: History) -> None:
    platform = history.platform
    shares = [{"organisation_id": str(org), "share": "0.5"} for org in history.orgs[:2]]
    made = await platform.call(
        "reporting-api",
        "POST",
        "/v1/activities",
        platform.as_org(history.orgs[0]),
        {"place_id": str(platform.place), "title": "Joint", "shares": shares},
    )
    history.ids["activity_id"].append(made["id"])


async def _evidence(history: History) -> None:
    """A file of a reporter's that says nothing of pounds."""
    platform = history.platform
    headers = {
        **platform.as_org(history.orgs[1]),
        "Content-Type": "text/csv",
        "Idempotency-Key": str(new_id()),
    }
    kept = await platform.http["reporting-api"].post("/v1/evidence", content=b"day\n", headers=headers)
    assert kept.status_code == 201, kept.text
    history.ids["evidence_id"].append(kept.json()["id"])


async def _draft(history: History) -> None:
    """A draft of a licensed line's: it is valued by nobody yet."""
    platform = history.platform
    stated = {
        "measure": next(iter(UNITS)),
        "edition_hash": history.licensed,
        "quantity": "12",
        "unit": next(iter(UNITS.values())),
        "route": "own_activity",
    }
    body = {
        "place_id": str(platform.place),
        "place_slug": "county-durham",
        "period_start": "2026-11-01",
        "period_end": "2026-11-30",
        "lines": [stated],
    }
    headers = platform.as_org(history.orgs[1])
    kept = await platform.call("reporting-api", "POST", "/v1/report-drafts", headers, body)
    history.ids["draft_id"].append(kept["id"])


async def _export(history: History) -> None:
    """What a reporter, a buyer and staff export without the licence, each of their own or of the place."""
    platform = history.platform
    period = {"period_start": "2026-01-01", "period_end": "2029-12-31"}
    common = {"place_id": str(platform.place), **period}
    worker = platform.apps["reporting-api"].state.export_worker
    for headers, kind, form, rows in (
        (platform.as_org(history.orgs[0]), "report_lines", "parquet", "own"),
        (platform.as_org(history.orgs[3]), "commitments", "jsonl", "own"),
        (platform.as_staff(), "ledger_entries", "jsonl", "place"),
    ):
        body = {**common, "kind": kind, "format": form, "rows": rows}
        made = await platform.call("reporting-api", "POST", "/v1/exports", headers, body)
        await worker.make(UUID(made["id"]).bytes)
        history.ids["export_id"].append(made["id"])


async def _people(history: History) -> None:
    """Counts of people, by a scheme of the place, and the tables published of them."""
    platform = history.platform
    place, staff = f"/v1/places/{platform.place}", platform.as_staff()
    period = {"programme": "skills", "period_start": "2026-01-01", "period_end": "2026-03-31"}
    cohort = {
        **period,
        "place_id": str(platform.place),
        "scheme": "ages",
        "scheme_version": "1",
        "rows": cohort_rows(30, 40),
    }
    await platform.call("reporting-api", "POST", f"{place}/breakdown-schemes", staff, scheme())
    counter = platform.as_org(history.orgs[1])
    counted = await platform.call("reporting-api", "POST", "/v1/cohorts", counter, cohort)
    told = {**period, "reason": "asked for"}
    published = await platform.call("reporting-api", "POST", f"{place}/people-publications", staff, told)
    history.ids["cohort_id"].append(counted["id"])
    history.ids["people_publication_id"].append(published["id"])


async def _spend(history: History) -> None:
    """Payments of a partner, taken in from a file."""
    platform = history.platform
    org, query = history.orgs[0], {"place_id": str(platform.place), **SPEND_PERIOD}
    async with platform.reporting.begin() as tx:
        await keep_membership(tx, _membership(platform, org))
    headers = {**platform.as_org(org), "Content-Type": "text/csv"}
    http = platform.http["reporting-api"]
    seen = await http.post("/v1/spend-imports/preview", params=query, content=SPEND_FILE, headers=headers)
    query["mapping"] = seen.json()["summary"]["mapping"]
    headers["Idempotency-Key"] = str(new_id())
    made = await http.post("/v1/spend-imports", params=query, content=SPEND_FILE, headers=headers)
    assert made.status_code == 201, made.text
    history.ids["import_id"].append(made.json()["id"])


def _membership(platform: Platform, org: UUID) -> Json:
    """A membership as partners-api would tell of it."""
    return {
        "membership_id": new_id(),
        "version": 1,
        "place_id": platform.place,
        "organisation_id": org,
        "organisation_name": "Partner",
        "valid_from": date(2025, 1, 1),
        "valid_to": None,
        "named_totals_agreed": True,  # as in the reports
        "data_status": "actual",
        "recorded_at": platform.clock(),
    }


async def _put(
    platform: Platform, buyer: UUID, path: str, read: str, body: Any, *, method: str = "PUT"
) -> None:
    headers: Headers = platform.as_org(buyer)
    etag = await platform.etag("procurement-api", read, headers)
    await platform.call("procurement-api", method, path, headers, body, **{"If-Match": etag})


def _terms(edition: str) -> Json:
    return {
        "edition_hash": edition,
        "measures": [{"measure": "LX-P1", "weight": "60"}, {"measure": "LX-P3", "weight": "40"}],
        "scoring": {
            "method": "relative_to_highest",
            "quantitative_share": "0.6",
            "qualitative_share": "0.4",
        },
        "social_value_weight": "0.15",
        "standstill": "none",
        "deadline_at": "2029-01-20T12:00:00Z",
        "contract_starts_on": "2027-02-01",
        "contract_ends_on": "2028-01-31",
        "place_slug": "county-durham",
        "local_area": "County Durham (E06000047)",
    }
