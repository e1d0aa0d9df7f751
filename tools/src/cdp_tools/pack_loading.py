"""Loading a framework pack into a running platform, as one of its clients."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
from joserfc.errors import JoseError

from cdp_common.clients.tokens import ClientCredentials, TokenSource
from cdp_common.clients.toms import TomsClient
from cdp_common.clients.upstream import UpstreamProblem, UpstreamUnavailable, open_http
from cdp_common.contracts.toms import Edition
from cdp_common.kernel.identifiers import new_id
from cdp_tools.errors import ToolError
from cdp_tools.pack_documents import PackFaulty
from cdp_tools.packs import read_pack


class CredentialsMissing(ToolError):
    """The client's key or secret is not given, or its file cannot be used."""


class ImportRefused(ToolError):
    """The platform refused the pack, or does not answer."""


@dataclass(frozen=True)
class Credentials:
    """An OAuth client, and the file with its private key or its secret."""

    issuer: str
    client_id: str
    key_file: Path | None = None
    secret_file: Path | None = None

    def tokens(self, http: httpx2.AsyncClient) -> TokenSource:
        """Where the client's tokens come from; raises `CredentialsMissing`."""
        given = [file for file in (self.key_file, self.secret_file) if file is not None]
        if len(given) != 1:
            raise CredentialsMissing("name the client's key file or its secret file, one of the two")
        if not given[0].is_file():
            raise CredentialsMissing(f"there is no file {given[0]}")
        try:
            return ClientCredentials(
                self.issuer, self.client_id, http=http, key=self._key(), secret=self._secret()
            )
        except (OSError, ValueError, JoseError) as error:
            # The file's content stays out of what is said.
            raise CredentialsMissing(f"{given[0]} does not hold what a client proves itself with") from error

    def _key(self) -> Mapping[str, Any] | None:
        if self.key_file is None:
            return None
        key: Mapping[str, Any] = json.loads(self.key_file.read_text(encoding="utf-8"))
        return key

    def _secret(self) -> str | None:
        return self.secret_file.read_text(encoding="utf-8").strip() if self.secret_file is not None else None


async def import_into(toms_url: str, credentials: Credentials, path: Path, *, publish: bool) -> Edition:
    """The edition of the pack in a folder or file, a draft or published.

    Raises `PackFaulty` with the lines of every fault that the schema or the platform finds,
    `CredentialsMissing`, or `ImportRefused`.
    """
    pack, document = read_pack(path)
    async with open_http() as http:
        toms = TomsClient(toms_url, credentials.tokens(http), http)
        try:
            loaded = await toms.fetch_import(pack, idempotency_key=str(new_id()))
            if not publish or loaded.body.state == "published":
                return loaded.body
            return await toms.publish_edition(loaded.body.id, if_match=loaded.etag or "")
        except UpstreamProblem as problem:
            if problem.status == 422 and problem.errors:
                faults = [
                    document.fault(fault.pointer, fault.code, fault.message) for fault in problem.errors
                ]
                raise PackFaulty(path, faults) from problem
            raise ImportRefused(f"the platform refused it: {problem}") from problem
        except UpstreamUnavailable as unavailable:
            raise ImportRefused(str(unavailable)) from unavailable
