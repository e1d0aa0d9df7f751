"""Opening: once, after the deadline, with every line valued or the reason why not."""

import asyncio
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from sqlalchemy import insert, select
from tests.integration.procurement_api.conftest import running
from tests.integration.procurement_api.neighbours import EDITION
from tests.integration.procurement_api.world import TERMS, World, bid_of, line, refused

from cdp_common.kernel.proofs import canonical_json, merkle_root
from cdp_common.testing.plugin import MakeSavepointDatabase
from procurement_api.domain.receipt import padded
from procurement_api.settings import PACKAGE, SCHEMA, Settings
from procurement_api.storage.tables import bid_versions, bids, tenders
from procurement_api.use_cases.sealing import HeldKey, SealUnopenable, seal, sealing_public_key

GRACE_OVER = "2026-12-01T12:00:01Z"


async def test_a_tender_without_bids_opens_empty(world: World):
    tender = await world.published()
    opened = await world.opened(tender)
    log = opened.pop("log")
    assert opened == {"tender_id": tender["id"], "opened_at": "2026-12-01T12:00:01Z", "bids": []}
    assert (log["size"], log["root"]) == (0, merkle_root([]))
    read = await world.done("GET", f"/v1/tenders/{tender['id']}")
    assert (read["state"], read["opened_at"]) == ("closed", "2026-12-01T12:00:01Z")


async def test_lines_are_valued_over_the_contract_as_promised_on_the_day_of_publication(world: World):
    tender, bidder = await world.published(), world.party("Bidder")
    await world.submitted(tender, bidder)
    await world.opened(tender)
    request = world.toms.asked[-1]
    assert (request.edition_hash, request.explain) == (EDITION, True)
    for asked in request.lines:
        assert asked.committed_on is not None
        assert str(asked.committed_on) == "2026-11-22"
        assert (str(asked.period_start), str(asked.period_end)) == ("2027-01-01", "2028-12-31")
        assert (str(asked.contract_years), asked.place) == ("2.00000000", "county-durham")


async def test_lines_that_cannot_be_valued_are_set_aside_one_after_the_other(world: World):
    tender, bidder = await world.published(), world.party("Bidder")
    lines = [
        line("M-JOB", "1", "fte_years"),
        line("M-HOURS", "2", "hours"),
        line("M-CARBON", "3", "tco2e"),
        line("M-SPEND", "4", "gbp_spent", industry="farming"),
    ]
    await world.submitted(tender, bidder, bid_of(bidder, lines))
    world.toms.refusals = {"M-JOB": "the proxy ended", "M-CARBON": "the proxy has no value for 2028"}
    opened = await world.opened(tender)
    [bid] = opened["bids"]
    assert [(each["measure"], each["total_gbp"], each["disregarded"]) for each in bid["lines"]] == [
        ("M-JOB", "0.00", "the proxy ended"),
        ("M-HOURS", "35.92", None),
        ("M-CARBON", "0.00", "the proxy has no value for 2028"),
        ("M-SPEND", "0.00", "the edition has no multiplier for this industry"),
    ]


async def test_a_bid_of_which_no_line_can_be_valued_is_opened_too(world: World):
    tender, bidder, good = await world.published(), world.party("Bidder"), world.party("Good bidder")
    await world.submitted(tender, bidder, bid_of(bidder, [line("M-JOB", "1", "fte_years")]))
    await world.submitted(
        tender, good, bid_of(good, [line("M-JOB", "0", "fte_years"), line("M-HOURS", "1", "hours")])
    )
    world.toms.refusals = {"M-JOB": "the proxy ended"}
    opened = await world.opened(tender)
    by_name = {bid["tenderer_name"]: bid["lines"] for bid in opened["bids"]}
    assert [each["disregarded"] for each in by_name["Bidder"]] == ["the proxy ended"]
    assert [each["disregarded"] for each in by_name["Good bidder"]] == ["the proxy ended", None]


async def test_a_line_that_became_licensed_is_set_aside_like_any_other(world: World):
    measures = [{"measure": "M-JOB", "weight": "50"}, {"measure": "M-HOURS", "weight": "50"}]
    tender, bidder = await world.published({**TERMS, "measures": measures}), world.party("Bidder")
    lines = [line("M-JOB", "1", "fte_years"), line("M-HOURS", "1", "hours")]
    await world.submitted(tender, bidder, bid_of(bidder, lines))
    world.toms.licensed = {"M-HOURS"}
    opened = await world.opened(tender)
    assert [each["disregarded"] for each in opened["bids"][0]["lines"]] == [
        None,
        "the measure's figure is licensed",
    ]


async def test_when_toms_engine_is_down_opening_can_be_asked_again(world: World):
    tender, bidder = await world.published(), world.party("Bidder")
    await world.submitted(tender, bidder)
    world.move_to(GRACE_OVER)
    path = f"/v1/tenders/{tender['id']}"
    read = await world.etag(path, as_=world.buyer)
    assert refused(await world.post(f"{path}/open", as_=world.buyer)) == (428, "if_match_missing")
    world.toms.down = True
    assert refused(await world.open(tender)) == (503, "upstream_unavailable")
    # Submissions are closed by now, so that what was read before is no longer how the tender stands.
    again = await world.post(f"{path}/open", as_=world.buyer, if_match=read)
    assert refused(again) == (412, "if_match_stale")
    assert (await world.rows())["opened_lines"] == 0
    assert await world.told("tender.opened") == []
    assert refused(await world.get(f"/v1/tenders/{tender['id']}/bids", as_=world.buyer)) == (
        409,
        "bids_sealed",
    )
    # The bids are called in all the same: nothing is taken any more, whatever the clock says.
    world.move_to("2026-12-01T11:00:00Z")
    late = world.renewed(bidder)
    assert refused(await world.post(f"/v1/tenders/{tender['id']}/bids", bid_of(late), as_=late)) == (
        409,
        "tender_closed",
    )
    world.toms.down = False
    world.move_to(GRACE_OVER)
    opened = await world.opened(tender)
    assert len(opened["bids"][0]["lines"]) == 3
    assert len(await world.told("tender.opened")) == 1


async def test_of_two_who_open_at_once_one_does_and_lines_are_written_once(wide_world: World):
    world = wide_world
    tender, bidder = await world.published(), world.party("Bidder")
    await world.submitted(tender, bidder)
    world.move_to(GRACE_OVER)
    answers = await asyncio.gather(*(world.open(tender) for _ in range(3)))
    [done, *others] = sorted(answers, key=lambda answer: answer.status_code)
    assert done.status_code == 200
    assert {answer.json()["code"] for answer in others} <= {"tender_state_wrong", "if_match_stale"}
    assert (await world.rows())["opened_lines"] == 3
    assert len(await world.told("tender.opened")) == 1


async def test_with_another_sealing_key_nothing_opens_and_nothing_is_lost(
    savepoint_database: MakeSavepointDatabase, settings: Settings, tmp_path: Path
):
    db = await savepoint_database(PACKAGE, SCHEMA)
    other_file = tmp_path / "other.key"
    other_file.write_text("A" * 43, encoding="ascii")
    async with running(db, settings) as world:
        tender, bidder = await world.published(), world.party("Bidder")
        await world.submitted(tender, bidder)
        buyer_id, partners = world.buyer.id, world.partners
    async with running(db, settings.model_copy(update={"sealing_key_file": other_file})) as wrong:
        wrong.buyer = wrong.as_party(buyer_id)
        wrong.move_to(GRACE_OVER)
        response = await wrong.open(tender)
        assert refused(response) == (503, "seal_unopenable")
        assert (await wrong.rows())["opened_lines"] == 0
    async with running(db, settings, partners) as right:
        right.buyer = right.as_party(buyer_id)
        assert len((await right.opened(tender))["bids"]) == 1


class ManagedKeys:
    """A key management service as tests have one: its key stays with it, and its policy knows a closing."""

    def __init__(self, world: World, closes_at: str) -> None:
        self.world = world
        self.closes_at = datetime.fromisoformat(closes_at)
        self.held = HeldKey(bytes(range(32)))
        self.calls: list[tuple[str, str]] = []

    async def wrap(self, plaintext: bytes, bound_to: str) -> bytes:
        await self._called("wrap", bound_to)
        return b"kms:" + await self.held.wrap(plaintext, bound_to)

    async def unwrap(self, wrapped: bytes, bound_to: str) -> bytes:
        await self._called("unwrap", bound_to)
        if self.world.clock() < self.closes_at:
            raise SealUnopenable("The policy allows it after the closing.")
        return await self.held.unwrap(wrapped.removeprefix(b"kms:"), bound_to)

    async def _called(self, what: str, bound_to: str) -> None:
        async with self.world.db.begin():  # refused inside another: a call to a KMS is made outside of any
            self.calls.append((what, bound_to))


async def test_a_key_management_service_takes_the_place_of_the_key_and_its_policy_decides(world: World):
    kms = ManagedKeys(world, "2026-12-01T12:00:30Z")
    world.app.state.keys = replace(world.app.state.keys, sealing=kms)
    tender, bidder = await world.published(), world.party("Bidder")
    receipt = await world.submitted(tender, bidder)
    stored = await world.dump("tenders")
    assert b"kms:".hex() in stored
    bound_to = f"tender {tender['id']}"
    assert kms.calls == [("wrap", bound_to)]
    world.move_to("2026-12-01T12:00:29Z")
    early = await world.open(tender)
    assert refused(early) == (503, "seal_unopenable")
    assert (await world.rows())["opened_lines"] == 0
    world.move_to("2026-12-01T12:00:30Z")
    opened = (await world.open(tender)).json()
    assert [bid["state"] for bid in opened["bids"]] == ["opened"]
    again = await world.done("GET", f"/v1/bids/{receipt['bid_id']}/receipts", as_=world.renewed(bidder))
    assert again["receipts"] == [receipt]
    assert kms.calls == [("wrap", bound_to), *[("unwrap", bound_to)] * 3]


async def test_a_sealed_bid_that_is_not_the_receipted_one_is_not_opened(world: World):
    """Somebody with write access to the database puts another content in place of what was receipted."""
    tender, bidder = await world.published(), world.party("Bidder")
    receipt = await world.submitted(tender, bidder)
    async with world.db.begin() as tx:
        public = (await tx.execute(select(tenders.c.sealing_public_jwk))).scalar_one()
        forged = canonical_json({"bid": bid_of(bidder), "commitment_key": "00" * 32})
        row = (await tx.execute(select(bid_versions))).mappings().one()
        await tx.execute(
            insert(bid_versions).values(
                **{
                    **row,
                    "version": 2,
                    "action": "replaced",
                    "sealed": seal(padded(forged), sealing_public_key(public)),
                }
            )
        )
        await tx.execute(bids.update().where(bids.c.id == row["bid_id"]).values(version=2))
    world.move_to(GRACE_OVER)
    response = await world.open(tender)
    assert refused(response) == (503, "seal_unopenable")
    assert (await world.rows())["opened_lines"] == 0
    assert receipt["version"] == 1


async def test_a_bidder_that_partners_api_does_not_know_goes_by_its_id(world: World):
    tender, bidder = await world.published(), world.party("Bidder")
    await world.submitted(tender, bidder)
    del world.partners.names[bidder.id]
    opened = await world.opened(tender)
    assert opened["bids"][0]["tenderer_name"] == str(bidder.id)


async def test_once_opened_buyer_and_bidder_read_the_same_lines(world: World):
    tender, bidder, gone = await world.published(), world.party("Bidder"), world.party("Gone")
    receipt = await world.submitted(tender, bidder)
    withdrawn = await world.submitted(tender, gone)
    await world.done("POST", f"/v1/bids/{withdrawn['bid_id']}/withdraw", as_=gone)
    opened = await world.opened(tender)
    bidder, gone = world.renewed(bidder), world.renewed(gone)
    path = f"/v1/bids/{receipt['bid_id']}"
    as_buyer = await world.done("GET", path, as_=world.buyer)
    assert as_buyer == await world.done("GET", path, as_=bidder)
    assert (as_buyer["state"], as_buyer["tenderer_name"]) == ("opened", "Bidder")
    assert (await world.done("GET", f"/v1/tenders/{tender['id']}/bids", as_=world.buyer))["items"] == opened[
        "bids"
    ]
    assert as_buyer in opened["bids"]
    assert refused(await world.get(path, as_=world.other)) == (404, "bid_not_found")
    path = f"/v1/bids/{withdrawn['bid_id']}"
    assert refused(await world.get(path, as_=world.buyer)) == (409, "bids_sealed")
    own = await world.done("GET", path, as_=gone)
    assert (own["state"], own["lines"], own["tenderer_organisation_id"]) == ("withdrawn", None, str(gone.id))


async def test_opened_bids_come_in_pages(world: World):
    tender = await world.published()
    for number in range(3):
        await world.submitted(tender, world.party(f"Bidder {number}"))
    await world.opened(tender)
    path = f"/v1/tenders/{tender['id']}/bids"
    first = await world.done("GET", f"{path}?limit=2", as_=world.buyer)
    rest = await world.done("GET", first["next"], as_=world.buyer)
    assert (len(first["items"]), len(rest["items"]), rest["next"]) == (2, 1, None)
    names = [bid["tenderer_name"] for bid in (*first["items"], *rest["items"])]
    assert sorted(names) == ["Bidder 0", "Bidder 1", "Bidder 2"]
