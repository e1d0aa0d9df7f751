"""The searched register with its proofs, targets with their progress, and tenders' terms by version."""

from datetime import UTC, date, datetime
from decimal import Decimal

from tests.integration.gateway import canned
from tests.integration.gateway.world import Refused, World

from cdp_common.contracts.amendments import TermsVersion
from cdp_common.contracts.register import RegisterEntry
from cdp_common.contracts.targets import Achieved, PlaceTarget, TargetMeasure, TargetProgress

AT = datetime(2026, 7, 1, tzinfo=UTC)


def entry(number: int) -> RegisterEntry:
    return RegisterEntry(
        signature_id=canned.uid("signature", number),
        place_id=canned.PLACE,
        organisation_id=canned.uid("organisation", number),
        organisation_name=f"Organisation {number:02d}",
        organisation_kind="private",
        is_sme=True,
        is_vcse=None,
        state="active",
        charter_version="1.0",
        signed_on=date(2026, 4, 1),
        renewal_due_on=date(2027, 3, 2),
        expires_on=date(2027, 3, 31),
        objectives=["O1"],
        areas=["E01000001"],
        pledge_count=2,
        data_status="synthetic_sample",
    )


async def test_the_register_is_searched_with_every_filter_and_gives_its_proofs(world: World) -> None:
    world.on("charter", "GET", "/v1/register", canned.page([entry(1), entry(2)]))
    first, second = (f"/v1/signatures/{canned.uid('signature', number)}" for number in (1, 2))
    world.on("charter", "GET", f"{first}/certificate", "jwt")
    world.on("charter", "GET", f"{second}/certificate", Refused(409, "certificate_not_in_force"))
    data = await world.data(
        """{ place(slug: "place-1") { register(name: "org", kind: PRIVATE, size: SME, area: "E01000001",
        objective: "O1", state: ACTIVE, asOf: "2026-07-01", first: 2) { edges { node {
        organisationName isSme objectives pledgeCount certificate { jwt }
        organisation { legalName } } } } } }"""
    )
    nodes = [edge["node"] for edge in data["place"]["register"]["edges"]]
    assert [node["organisation"] for node in nodes] == [
        {"legalName": "Organisation 01"},
        {"legalName": "Organisation 02"},
    ]
    assert [node["certificate"] for node in nodes] == [{"jwt": '"jwt"'}, None]
    assert (nodes[0]["isSme"], nodes[0]["objectives"], nodes[0]["pledgeCount"]) == (True, ["O1"], 2)
    [call] = [call for call in world.calls if call.path == "/v1/register"]
    assert call.query == {
        "place_id": str(canned.PLACE),
        "name": "org",
        "kind": "private",
        "size": "sme",
        "area": "E01000001",
        "objective": "O1",
        "state": "active",
        "as_of": "2026-07-01",
        "limit": "2",
    }


def target(number: int) -> PlaceTarget:
    return PlaceTarget(
        id=canned.uid("target", number),
        place_id=canned.PLACE,
        code=f"T{number}",
        title="Mentored",
        measures=[TargetMeasure(edition_hash=canned.HASH, code="M1", title="Measure")],
        unit="count",
        accumulation="flow",
        workstream=None,
        value=Decimal(100_000),
        aim="at_least",
        counted_from=None,
        due=date(2027, 3, 31),
        baseline=None,
        counts_people=True,
        source={
            "publisher": "P",
            "title": "T",
            "edition": "1",
            "locator": "p",
            "url": "https://example.org/",
            "published_on": None,
        },
        note=None,
        state="open",
        version=1,
        earlier=[],
        data_status="synthetic_sample",
    )


def progress(number: int) -> TargetProgress:
    reached = Achieved(quantity=Decimal(15_000), share=Decimal("0.15"), forecast=None, standing="behind")
    return TargetProgress(
        target_id=canned.uid("target", number),
        target_version=1,
        code=f"T{number}",
        title="Mentored",
        unit="count",
        value=Decimal(100_000),
        due=date(2027, 3, 31),
        as_of=AT,
        through=date(2026, 6, 30),
        rate_from=None,
        delivered=reached,
        validated=None,
        withheld=None,
        publication_number=2,
        contributors=None,
        data_status="synthetic_sample",
    )


async def test_targets_of_a_place_share_one_call_for_their_progress(world: World) -> None:
    path = f"/v1/places/{canned.PLACE}/targets"
    world.on("reporting", "GET", path, canned.page([target(number) for number in range(1, 31)]))
    world.on(
        "reporting",
        "POST",
        "/v1/targets/progress/batch",
        canned.batch([progress(number) for number in range(1, 30)]),
    )
    data = await world.data(
        """{ place(slug: "place-1") { targets(first: 30) { edges { node { code value aim countsPeople
        progress { publicationNumber delivered { quantity share standing } validated { share } } } } } } }"""
    )
    nodes = [edge["node"] for edge in data["place"]["targets"]["edges"]]
    assert (nodes[0]["code"], nodes[0]["value"], nodes[0]["aim"]) == ("T1", "100000", "AT_LEAST")
    assert nodes[0]["progress"] == {
        "publicationNumber": 2,
        "delivered": {"quantity": "15000", "share": "0.15", "standing": "BEHIND"},
        "validated": None,
    }
    assert nodes[29]["progress"] is None
    assert world.paths().count("reporting POST /v1/targets/progress/batch") == 1


async def test_a_tender_says_what_its_terms_were_after_each_amendment(world: World) -> None:
    tender = canned.tender(1)
    assert tender.terms is not None
    version = TermsVersion(
        version=2,
        in_force_at=AT,
        reason="More time",
        amended=["deadline_at"],
        bids_stand=True,
        deadline_at=AT,
        deadline_london="2026-07-01T01:00:00+01:00",
        title=tender.title,
        description=None,
        value=None,
        lots=[],
        terms=tender.terms,
        measures=[],
    )
    world.on("procurement", "GET", f"/v1/tenders/{tender.id}/terms-versions", canned.page([version]))
    data = await world.data(
        """{ tender(ocid: "ocds-1") { termsVersions { edges { node {
        version reason amended bidsStand terms { localArea } } } } } }"""
    )
    [edge] = data["tender"]["termsVersions"]["edges"]
    assert edge["node"] == {
        "version": 2,
        "reason": "More time",
        "amended": ["DEADLINE_AT"],
        "bidsStand": True,
        "terms": {"localArea": tender.terms.local_area},
    }
