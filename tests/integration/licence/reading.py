"""Everything that a reader may be answered: every GET and every batch read of the four services."""

import gzip
import json
import re
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

import httpx2
import polars as pl
import polars.selectors as cs
from tests.contract.descriptions import committed
from tests.integration.licence.services import Headers, Json, Platform

GROUPINGS = (
    "theme,outcome,measure,organisation,area,need_band,route,crosswalk:un-sdgs,"
    "period:month,period:quarter,period:financial_year"
)
NOT_ASKED = {
    "/v1/area-changes",
    "/v1/areas",
    "/v1/areas/geojson",
    "/v1/ocds/extensions/social-value/1.0",
    "/v1/need-indices",
    "/v1/need-layouts",
    "/v1/need-bandings",
    "/v1/webhooks",
    "/health/live",
    "/health/ready",
    "/version",
}
"""Reads without a figure of anybody: areas of need, webhooks of the reader's own, health."""
_MOST = 3
"""Ids tried of one kind, the latest: no path is asked for more often than it says anything new."""


@dataclass(frozen=True)
class Answer:
    """What was asked and what came back; `route` is the path as the service describes it."""

    route: str
    path: str
    status: int
    body: Any
    etag: str | None = None


async def answers_to(
    platform: Platform, ids: Mapping[str, Sequence[str]], headers: Headers
) -> AsyncIterator[Answer]:
    """Every answer that a reader gets who knows these ids."""
    for service in platform.apps:
        for path, item in committed(service)["paths"].items():  # as generated: tests/contract compares them
            if "get" not in item or path.partition("/{")[0] in NOT_ASKED:
                continue
            named = path.replace("/proxies/{code}", "/proxies/{proxy}")
            names = [part[1:-1] for part in named.split("/") if part.startswith("{")]
            for values in product(*(_values(name, ids) for name in names)):
                filled = named
                for name, value in zip(names, values, strict=True):
                    filled = filled.replace(f"{{{name}}}", value)
                for query in _queries(item["get"], ids):
                    yield await _asked(platform, service, path, filled, query, headers)
    for service, path, body in _batches(ids):
        response = await platform.http[service].post(path, json=body, headers=headers)
        yield Answer(path, path, response.status_code, response.json())


def _values(name: str, ids: Mapping[str, Sequence[str]]) -> list[str]:
    """What the reader tries in a place of a path: ids of its kind, or what it has of any when it has none."""
    return list(ids.get(name, ())[-_MOST:]) or [known[-1] for known in ids.values() if known]


def _queries(operation: Json, ids: Mapping[str, Sequence[str]]) -> list[dict[str, str]]:
    names = {parameter["name"] for parameter in operation.get("parameters", ()) if parameter["in"] == "query"}
    more = {"limit": "100"} if "limit" in names else {}
    if "place_id" in names:
        more |= {"place_id": ids["place_id"][-1]}
    if "group_by" in names:
        more |= {"group_by": GROUPINGS}
    if "against" in names:
        return [{**more, "against": edition} for edition in ids["edition_id"]]
    if not {"from", "to"} <= names:
        return [more]
    windows = [window.split("/") for window in ids["window"]]
    editions = [{"edition_hash": edition} for edition in ids["edition_hash"]]
    editions = editions if "edition_hash" in names else [{}]
    bases = ("delivered_by", "commissioned_by") if "basis" in names else (None,)
    return [
        {**more, "from": since, "to": until, **edition, **({"basis": basis} if basis else {})}
        for since, until in windows
        for edition in editions
        for basis in bases
    ]


async def _asked(
    platform: Platform, service: str, route: str, path: str, query: Mapping[str, str], headers: Headers
) -> Answer:
    response = await platform.http[service].get(path, params=dict(query), headers=headers)
    return Answer(route, path, response.status_code, _read(response), response.headers.get("etag"))


def _read(response: httpx2.Response) -> Any:
    """The answer, or the words of one that is no JSON; of an exported file its rows."""
    media_type = response.headers["content-type"].partition(";")[0]
    if media_type == "application/gzip":
        return [json.loads(line) for line in gzip.decompress(response.content).splitlines()]
    if media_type == "application/vnd.apache.parquet":
        return pl.read_parquet(response.content).with_columns(cs.decimal().cast(pl.String)).to_dicts()
    if media_type.endswith("json"):
        return response.json()
    return re.split(r"[\s,;<>=\"']+", response.text)


def _batches(ids: Mapping[str, Sequence[str]]) -> list[tuple[str, str, Json]]:
    keys = [
        {"edition_hash": edition, "code": code} for edition in ids["edition_hash"] for code in ids["code"]
    ]
    return [
        ("toms-engine", "/v1/measures/batch", {"keys": keys}),
        ("charter-api", "/v1/signatures/batch", {"ids": list(ids["signature_id"])}),
        ("procurement-api", "/v1/agreements/batch", {"ids": list(ids["agreement_id"])}),
        ("procurement-api", "/v1/plans/batch", {"ids": list(ids["plan_id"])}),
        ("procurement-api", "/v1/tenders/batch", {"ids": list(ids["tender_id"])}),
        ("reporting-api", "/v1/evidence/batch", {"ids": list(ids["evidence_id"])}),
        ("reporting-api", "/v1/commitment-lines/deliveries/batch", {"ids": list(ids["commitment_line_id"])}),
    ]
