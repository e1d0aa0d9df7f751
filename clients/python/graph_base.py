"""What the generated client asks with: one POST, with the caller's token where there is one."""

from __future__ import annotations

from typing import Any

import httpx2
from pydantic import BaseModel

from .base_model import UnsetType


class GraphErrors(Exception):
    """The graph answered with errors; each has a stable code in `extensions`, `data` holds the rest."""

    def __init__(self, errors: list[dict[str, Any]], data: dict[str, Any] | None) -> None:
        super().__init__("; ".join(str(one.get("message")) for one in errors))
        self.errors = errors
        self.data = data


class GraphBase:
    """Sends documents to one address."""

    def __init__(self, url: str, http: httpx2.AsyncClient, token: str | None = None) -> None:
        self._url = url
        self._http = http
        self._headers = {} if token is None else {"Authorization": f"Bearer {token}"}

    async def execute(
        self, query: str, operation_name: str | None = None, variables: dict[str, Any] | None = None
    ) -> httpx2.Response:
        """The response to a document."""
        given = (variables or {}).items()
        plain = {name: _plain(value) for name, value in given if not isinstance(value, UnsetType)}
        body = {"query": query, "operationName": operation_name, "variables": plain}
        return await self._http.post(self._url, json=body, headers=self._headers)

    def get_data(self, response: httpx2.Response) -> dict[str, Any]:
        """The data of an answer; raises `GraphErrors` where it has errors."""
        response.raise_for_status()
        answer = response.json()
        if answer.get("errors"):
            raise GraphErrors(answer["errors"], answer.get("data"))
        data: dict[str, Any] = answer["data"]
        return data


def _plain(value: Any) -> Any:
    """A variable as JSON has it."""
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json", by_alias=True, exclude_unset=True)
    return value.isoformat() if hasattr(value, "isoformat") else value
