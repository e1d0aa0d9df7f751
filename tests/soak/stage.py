"""What has to be there before anybody can promise: a place, an edition, a published tender, parties."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx2

from cdp_common.kernel.clock import utc_now
from cdp_tools.environment import OPERATOR_CLIENT_ID
from cdp_tools.packs import load_pack
from cdp_tools.yaml_files import read_mapping
from tests.soak.people import Json, Party, Voice

DATA = Path(__file__).resolve().parents[2] / "data"
FRAMEWORK = DATA / "frameworks" / "open-measures-2026"
OPEN_FOR = timedelta(days=1)


@dataclass(frozen=True)
class Stage:
    """The scene of a run, as data: nothing in it belongs to a connection."""

    addresses: dict[str, str]
    place: Json
    edition_hash: str
    edition_id: str
    tender: Json
    operator: Party
    buyer: Party
    bidders: tuple[Party, ...]
    sample: Json
    """The figures of the sample story: what is bid and promised here as well."""

    @property
    def bid_lines(self) -> list[Json]:
        """The lines of the sample's first bid."""
        lines: list[Json] = self.sample["tender"]["bids"][0]["lines"]
        return lines

    @property
    def agreement(self) -> Json:
        """The sample's first agreement, less what names its parties."""
        draft: Json = self.sample["agreements"][0]["agreement"]
        return {**draft, "place_id": self.place["id"], "edition_hash": self.edition_hash}

    def url(self, service: str, path: str) -> str:
        """A service's address with a path."""
        return f"{self.addresses[service]}{path}"


async def set_stage(
    http: httpx2.AsyncClient,
    addresses: dict[str, str],
    operator_key: Json,
    *,
    issuer: str,
    bidders: int,
) -> Stage:
    """Make the scene on an empty platform."""
    partners = addresses["partners-api"]
    operator = Party(issuer, client_id=OPERATOR_CLIENT_ID, key=operator_key)
    programme = read_mapping(DATA / "programmes" / "county-durham" / "programme.yaml")
    sample = dict(read_mapping(DATA / "samples" / "story.yaml"))
    acting, anybody = operator.over(http), Party(issuer).over(http)
    place = await acting.done("POST", f"{partners}/v1/places", programme["place"])
    edition = await _published_edition(acting, addresses["toms-engine"])
    buyer = await anybody.newcomer(partners, "The Buyer")
    stage = Stage(
        addresses=addresses,
        place=place,
        edition_hash=edition["edition_hash"],
        edition_id=edition["id"],
        tender={},
        operator=operator,
        buyer=buyer,
        bidders=tuple([await anybody.newcomer(partners, f"Bidder {n}") for n in range(bidders)]),
        sample=sample,
    )
    return replace(stage, tender=await _published_tender(stage, buyer.over(http)))


async def _published_edition(operator: Voice, toms: str) -> Json:
    pack = load_pack(FRAMEWORK).model_dump(mode="json")
    draft = await operator.done("POST", f"{toms}/v1/frameworks", pack)
    path = f"{toms}/v1/editions/{draft['id']}"
    return await operator.changed("POST", path, f"{path}/publish")


async def _published_tender(stage: Stage, buyer: Voice) -> Json:
    story: dict[str, Any] = stage.sample["tender"]
    document = {
        "buyer_organisation_id": buyer.party.organisation_id,
        "place_id": stage.place["id"],
        "data_status": "synthetic_sample",
        "package": json.loads((DATA / story["ocds_package"]).read_text(encoding="utf-8")),
    }
    report = await buyer.done("POST", stage.url("procurement-api", "/v1/ocds/imports"), document)
    [tender] = report["tenders"]
    path = stage.url("procurement-api", f"/v1/tenders/{tender['id']}")
    deadline = (utc_now() + OPEN_FOR).isoformat()
    terms = {**story["terms"], "edition_hash": stage.edition_hash, "deadline_at": deadline}
    await buyer.changed("PUT", path, f"{path}/terms", terms)
    return await buyer.changed("POST", path, f"{path}/publish")
