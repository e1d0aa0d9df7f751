"""Routes for certificates, badges, and what a third party verifies them with."""

from __future__ import annotations

import json
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Path, Request, Response, Security

from cdp_common.contracts.certificates import CertificateKeySet
from cdp_common.web.caller import Caller
from cdp_common.web.dependencies import Now, ServiceDatabase
from cdp_common.web.etags import respond_with_content, respond_with_etag
from cdp_common.web.identity import maybe_caller, signed_caller
from cdp_common.web.once import OnceHeader, answer_response
from charter_api.domain.certificate import StatusPurpose
from charter_api.use_cases import certify_signature as certificates
from charter_api.use_cases.place_keys import CertificateKeys, CertificatesUnconfigured

router = APIRouter(tags=["certificates"])
# No token is needed; one that is sent must be good.
public = [Depends(maybe_caller)]
JWT_TYPE, SVG_TYPE = "application/vc+jwt", "image/svg+xml"
KEPT = "public, max-age=300"
"""For how long anybody may keep a badge or a status list: as long as the list itself says."""


async def certificate_keys(request: Request) -> CertificateKeys:
    """What the service signs certificates with."""
    keys: CertificateKeys | None = request.app.state.certificate_keys
    if keys is None:
        raise CertificatesUnconfigured("CDP_PUBLIC_URL is not set for charter-api.")
    return keys


Keys = Annotated[CertificateKeys, Depends(certificate_keys)]


def _text(kind: str, description: str) -> dict[int | str, dict[str, Any]]:
    return {200: {"description": description, "content": {kind: {"schema": {"type": "string"}}}}}


@router.get(
    "/v1/signatures/{signature_id}/certificate",
    dependencies=public,
    response_class=Response,
    responses=_text(JWT_TYPE, "A Verifiable Credential 2.0 (Open Badges 3.0), secured as a JWT."),
)
async def get_certificate(
    signature_id: UUID, request: Request, db: ServiceDatabase, keys: Keys, now: Now
) -> Response:
    """The certificate of a signature in force: names the organisation, signed with the place's key."""
    certificate = await certificates.certify_signature(db, keys, signature_id, now)
    return respond_with_content(request, certificate.encode(), media_type=JWT_TYPE)


@router.get(
    "/v1/signatures/{signature_id}/badge.svg",
    dependencies=public,
    response_class=Response,
    responses=_text(SVG_TYPE, "A picture with a title and a description; no script, nothing fetched."),
)
async def get_badge(signature_id: UUID, request: Request, db: ServiceDatabase, now: Now) -> Response:
    """The badge of a signature for a website; it says so when the signature is not in force."""
    svg = await certificates.draw_badge(db, signature_id, now)
    answer = respond_with_content(request, svg.encode(), media_type=SVG_TYPE)
    answer.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    answer.headers["X-Content-Type-Options"] = "nosniff"
    return _kept(request, answer)


@router.get(
    "/v1/places/{place_id}/status-lists/{purpose}/{number}",
    dependencies=public,
    response_class=Response,
    responses=_text(JWT_TYPE, "A Bitstring Status List credential, secured as a JWT."),
)
async def get_status_list(
    place_id: UUID,
    purpose: StatusPurpose,
    number: Annotated[int, Path(ge=0, le=2**31)],
    request: Request,
    db: ServiceDatabase,
    keys: Keys,
    now: Now,
) -> Response:
    """Which certificates are revoked (the signature is withdrawn) or suspended, as bits by their index."""
    listed = await certificates.read_status_list(db, keys, place_id, purpose, number, now)
    return _kept(request, respond_with_content(request, listed.encode(), media_type=JWT_TYPE))


@router.get("/v1/places/{place_id}/issuer", dependencies=public, response_model=dict[str, Any])
async def get_certificate_issuer(
    place_id: UUID, request: Request, db: ServiceDatabase, keys: Keys, now: Now
) -> Response:
    """Who issues the place's certificates, with every key they are verified with."""
    issuer = await certificates.read_issuer(db, keys, place_id, now)
    return respond_with_content(request, json.dumps(issuer).encode())


@router.get("/v1/places/{place_id}/certificate-keys", dependencies=public, response_model=CertificateKeySet)
async def get_certificate_keys(
    place_id: UUID, request: Request, db: ServiceDatabase, keys: Keys, now: Now
) -> Response:
    """The public keys of the place's certificates as a JWK set; keys of before a rotation stay in it."""
    return respond_with_etag(request, await certificates.read_keys(db, keys, place_id, now))


@router.get(
    "/v1/places/{place_id}/certificate-keys/{kid}", dependencies=public, response_model=dict[str, Any]
)
async def get_certificate_key(
    place_id: UUID,
    kid: Annotated[str, Path(pattern="^[A-Za-z0-9_-]{43}$")],
    request: Request,
    db: ServiceDatabase,
    keys: Keys,
) -> Response:
    """One public key as a JWK: where the `kid` of a certificate leads."""
    key = await certificates.read_key(db, keys, place_id, kid)
    return respond_with_content(request, json.dumps(key).encode())


@router.post("/v1/places/{place_id}/certificate-keys", status_code=201, response_model=CertificateKeySet)
async def rotate_certificate_key(
    place_id: UUID,
    caller: Annotated[Caller, Security(signed_caller, scopes=["charter:write"])],
    once: OnceHeader,
    db: ServiceDatabase,
    keys: Keys,
    now: Now,
) -> Response:
    """Sign the place's certificates with a new key from now on. Needs the role programme_manager."""
    return answer_response(await certificates.rotate_key(db, keys, caller, place_id, once, now))


def _kept(request: Request, answer: Response) -> Response:
    """The answer as one that anybody may keep for a while, unless it was asked for with a token."""
    if "authorization" not in request.headers:
        answer.headers["Cache-Control"] = KEPT
    return answer
