"""An Open Badges 3.0 verifier that somebody else wrote accepts a certificate, and refuses it in time."""

from typing import Any

import pytest
from joserfc import jws
from joserfc.jwk import OKPKey
from openbadgeslib.ob3.credential import OpenBadgeCredential
from openbadgeslib.ob3.verifier import OB3VerificationError, OB3Verifier
from tests.integration.charter_api.test_signature_states import REASON, turn, withdraw
from tests.integration.charter_api.world import World

from cdp_common.kernel.clock import utc_now

ADDRESS = "http://127.0.0.1:8104"


async def read(world: World, address: str) -> Any:
    """What stands at an address that a certificate names."""
    answer = await world.http.get(address.removeprefix(ADDRESS))
    assert answer.status_code == 200, answer.text
    return answer


async def judged(world: World, verifier: OB3Verifier, token: str) -> OpenBadgeCredential:
    """The credential, if signature, form, times and status hold; the verifier fetches nothing by itself."""
    credential = verifier.verify(token)
    lists = {
        entry["statusListCredential"]: (await read(world, entry["statusListCredential"])).content
        for entry in credential.credential_status
    }
    return verifier.verify(token, check_status=True, download=lists.__getitem__)


async def test_an_independent_verifier_accepts_a_certificate_until_it_is_suspended_or_withdrawn(world: World):
    # The verifier goes by the clock of this machine.
    world.clock.advance(utc_now() - world.clock())
    draft = world.signature_draft((await world.charter())["id"], pledges=[])
    signatory = (await world.sign({**draft, "signed_on": world.clock().date().isoformat()})).json()
    token = (await read(world, f"/v1/signatures/{signatory['id']}/certificate")).text
    kid = jws.extract_compact(token.encode()).headers()["kid"]
    key = OKPKey.import_key((await read(world, kid)).json())
    verifier = OB3Verifier(key.as_pem(private=False))

    credential = await judged(world, verifier, token)
    assert credential.recipient_id == f"urn:uuid:{world.signatory}"
    assert credential.achievement.tags == []
    assert credential.issuer.id == f"{ADDRESS}/v1/places/{world.place}/issuer"

    await turn(world, signatory["id"], "suspensions", world.as_manager(), REASON)
    with pytest.raises(OB3VerificationError, match="'suspension' is set"):
        await judged(world, verifier, token)
    await withdraw(world, signatory["id"], world.signatory, world.clock().date().isoformat())
    with pytest.raises(OB3VerificationError, match="'revocation' is set"):
        await judged(world, verifier, token)
    payload, signature = token.rsplit(".", 1)
    with pytest.raises(OB3VerificationError):
        verifier.verify(f"{payload}.{'A' * len(signature)}")


@pytest.mark.parametrize("invented", ["signature", "charter"])
async def test_an_independent_verifier_reads_that_a_sample_is_one(world: World, invented: str):
    world.clock.advance(utc_now() - world.clock())
    sample = {"data_status": "synthetic_sample"}
    charter = await world.charter(**(sample if invented == "charter" else {}))
    draft = world.signature_draft(charter["id"], pledges=[], signed_on=world.clock().date().isoformat())
    signatory = (await world.sign({**draft, **(sample if invented == "signature" else {})})).json()
    token = (await read(world, f"/v1/signatures/{signatory['id']}/certificate")).text
    key = OKPKey.import_key((await read(world, jws.extract_compact(token.encode()).headers()["kid"])).json())

    credential = await judged(world, OB3Verifier(key.as_pem(private=False)), token)
    badge = (await read(world, f"/v1/signatures/{signatory['id']}/badge.svg")).text
    assert credential.achievement.tags == ["synthetic_sample"]
    assert credential.achievement.description.endswith("This is an invented sample: it certifies nobody.")
    assert "Sample. Signatory: " in badge
