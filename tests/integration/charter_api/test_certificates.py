"""Certificates and badges, verified as a third party does: with a JOSE library and what is published."""

import gzip
import json
import warnings
from base64 import urlsafe_b64decode
from datetime import timedelta
from typing import Any
from xml.etree import ElementTree

from joserfc import jws, jwt
from joserfc.jwk import OKPKey
from tests.integration.charter_api.test_signature_states import REASON, turn, withdraw
from tests.integration.charter_api.world import World, keyed

from cdp_common.kernel.identifiers import new_id

SVG = "{http://www.w3.org/2000/svg}"


async def verified(world: World, token: str) -> dict[str, Any]:
    """The claims, by the key to which the header leads and at the clock of the test."""
    header = header_of(token)
    assert (header["alg"], header["typ"], set(header)) == ("EdDSA", "JWT", {"alg", "typ", "kid"})
    key = (await world.http.get(header["kid"].removeprefix("http://127.0.0.1:8104"))).json()
    assert "d" not in key
    with warnings.catch_warnings():
        # The library would rather read the algorithm's newer name, which few verifiers know yet.
        warnings.simplefilter("ignore")
        return dict(jwt.decode(token, OKPKey.import_key(key), algorithms=["EdDSA"]).claims)


def header_of(token: str) -> dict[str, Any]:
    """The header, not verified yet."""
    return dict(jws.extract_compact(token.encode()).headers())


async def bit(world: World, entry: dict[str, str]) -> tuple[str, int]:
    """The status that a certificate's entry points to."""
    answer = await world.http.get(entry["statusListCredential"].removeprefix("http://127.0.0.1:8104"))
    listed = await verified(world, answer.text)
    assert answer.headers["content-type"] == "application/vc+jwt"
    assert listed["type"] == ["VerifiableCredential", "BitstringStatusListCredential"]
    assert (listed["id"], listed["jti"]) == (entry["statusListCredential"],) * 2
    subject = listed["credentialSubject"]
    assert (subject["type"], subject["statusPurpose"]) == ("BitstringStatusList", entry["statusPurpose"])
    assert subject["encodedList"].startswith("u")
    packed = subject["encodedList"][1:]
    bits = gzip.decompress(urlsafe_b64decode(packed + "=" * (-len(packed) % 4)))
    assert len(bits) == 16 * 1024
    index = int(entry["statusListIndex"])
    assert sum(bits).bit_count() <= 1
    return entry["statusPurpose"], bits[index // 8] >> (7 - index % 8) & 1


async def test_a_third_party_verifies_a_certificate_with_the_published_key_alone(world: World):
    signatory = await world.signed()
    path = f"/v1/signatures/{signatory['id']}/certificate"

    answer = await world.http.get(path)
    claims = await verified(world, answer.text)
    again = await world.http.get(path, headers={"If-None-Match": answer.headers["etag"]})

    assert (answer.status_code, again.status_code) == (200, 304)
    assert "Ada" not in json.dumps(claims)
    assert claims["@context"] == [
        "https://www.w3.org/ns/credentials/v2",
        "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json",
    ]
    assert claims["type"] == ["VerifiableCredential", "OpenBadgeCredential"]
    assert (claims["validFrom"], claims["validUntil"]) == ("2026-11-01T00:00:00Z", "2027-10-31T23:59:59Z")
    assert claims["exp"] - claims["nbf"] == 365 * 86_400 - 1
    assert (claims["iss"], claims["jti"]) == (claims["issuer"]["id"], claims["id"])
    subject = claims["credentialSubject"]
    assert claims["sub"] == subject["id"] == f"urn:uuid:{world.signatory}"
    assert subject["identifier"][0]["identityHash"] == signatory["organisation_name"]
    achievement = subject["achievement"]
    assert {"id", "type", "name", "description", "criteria"} <= set(achievement)
    assert claims["issuer"]["type"] == ["Profile"]
    issuer = (await world.http.get(claims["iss"].removeprefix("http://127.0.0.1:8104"))).json()
    assert issuer["id"] == claims["iss"]
    assert issuer["assertionMethod"] == [header_of(answer.text)["kid"]]
    assert dict([await bit(world, entry) for entry in claims["credentialStatus"]]) == {
        "revocation": 0,
        "suspension": 0,
    }


async def test_suspension_and_withdrawal_show_in_the_status_of_certificates_given_out(world: World):
    signatory = await world.signed()
    path = f"/v1/signatures/{signatory['id']}/certificate"
    status = (await verified(world, (await world.http.get(path)).text))["credentialStatus"]

    await turn(world, signatory["id"], "suspensions", world.as_manager(), REASON)
    suspended = dict([await bit(world, entry) for entry in status])
    refused = await world.http.get(path)
    await withdraw(world, signatory["id"], world.signatory, "2026-11-22")
    withdrawn = dict([await bit(world, entry) for entry in status])

    assert suspended == {"revocation": 0, "suspension": 1}
    assert withdrawn == {"revocation": 1, "suspension": 0}
    assert (refused.status_code, refused.json()["code"]) == (409, "certificate_not_in_force")
    nowhere = await world.http.get(f"/v1/places/{new_id()}/status-lists/revocation/0")
    assert (nowhere.status_code, nowhere.json()["code"]) == (404, "issuer_not_found")


async def test_a_rotated_key_signs_from_then_on_and_the_old_one_stays_published(world: World):
    signatory = await world.signed()
    path, keys = f"/v1/signatures/{signatory['id']}/certificate", f"/v1/places/{world.place}/certificate-keys"
    old = (await world.http.get(path)).text

    elsewhere = world.as_manager(roles={new_id(): ["programme_manager"]})
    refused = await world.http.post(keys, headers=keyed(elsewhere))
    rotated = await world.http.post(keys, headers=keyed(world.as_manager()))
    new = (await world.http.get(path)).text

    assert (refused.status_code, rotated.status_code) == (403, 201)
    published = (await world.http.get(keys)).json()["keys"]
    assert [key["kid"] for key in published] == [header_of(one)["kid"] for one in (old, new)]
    assert old != new
    assert await verified(world, old) == await verified(world, new)


async def test_a_badge_says_in_words_what_the_register_says(world: World):
    world.neighbours.names[str(world.signatory)] = "<script>alert(1)</script> & Sons"
    signatory = await world.signed()
    path = f"/v1/signatures/{signatory['id']}/badge.svg"

    badge = await world.http.get(path)
    drawing = ElementTree.fromstring(badge.text)
    world.clock.advance(timedelta(days=365))
    lapsed = ElementTree.fromstring((await world.http.get(path)).text)

    assert badge.headers["content-type"] == "image/svg+xml"
    assert badge.headers["content-security-policy"] == "default-src 'none'; sandbox"
    assert badge.headers["cache-control"] == "public, max-age=300"
    assert {element.tag for element in drawing.iter()} == {
        f"{SVG}{name}" for name in ("svg", "title", "desc", "rect", "g", "text")
    }
    assert drawing.get("role") == "img"
    assert drawing.findtext(f"{SVG}desc") == (
        "<script>alert(1)</script> & Sons. Signatory of Charter, until 2027-10-31."
    )
    assert lapsed.findtext(f"{SVG}title") == "Signature lapsed: <script>alert(1)</script> & Sons, Charter"
