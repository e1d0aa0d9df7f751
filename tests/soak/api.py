"""A service's OpenAPI document as a list of operations."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

Document = dict[str, Any]


@dataclass(frozen=True)
class Operation:
    """One operation of a document."""

    id: str
    method: str
    path: str
    described: Document = field(repr=False)

    @property
    def body(self) -> tuple[str, Document] | None:
        """The media type and schema of what it takes, if it takes anything."""
        content: Document = self.described.get("requestBody", {}).get("content", {})
        for media, stated in content.items():
            return media, stated["schema"]
        return None

    def parameters(self, place: str) -> list[Document]:
        """Its parameters in the path, the query or the headers."""
        return [one for one in self.described.get("parameters", []) if one["in"] == place]

    def answers(self, status: int) -> set[str]:
        """The media types that the document states for a status."""
        responses = self.described["responses"]
        stated = responses.get(str(status), responses["default"])
        return set(stated.get("content", {}))


def operations_of(document: Document) -> list[Operation]:
    """Every operation of a document."""
    return [
        Operation(described["operationId"], method.upper(), path, described)
        for path, methods in document["paths"].items()
        for method, described in methods.items()
    ]
