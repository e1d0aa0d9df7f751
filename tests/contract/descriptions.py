"""The five REST services as they describe themselves, built without database, network or environment."""

from __future__ import annotations

import importlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from fastapi import FastAPI

from cdp_common.testing.callers import TokenMint
from cdp_tools.checks.snapshots import ROOT, without_settings
from cdp_tools.services import SERVICES

REST_SERVICES = {service.name: service.package for service in SERVICES if service.schema is not None}

Document = dict[str, Any]


@dataclass(frozen=True)
class Operation:
    """One operation of a document."""

    method: str
    path: str
    described: Document

    @property
    def id(self) -> str:
        """Its operation id."""
        return str(self.described["operationId"])

    @property
    def is_open(self) -> bool:
        """Whether it may be called without a token."""
        security = self.described.get("security")
        return not security or {} in security

    @property
    def takes_tokens(self) -> bool:
        """Whether a token that is sent is looked at."""
        return bool(self.described.get("security"))

    @property
    def is_health(self) -> bool:
        """Whether it is one of the three of every process, which concern no data."""
        return self.id in ("get_liveness", "get_readiness", "get_version")

    @property
    def parameters(self) -> dict[str, Document]:
        """Its parameters by name."""
        return {parameter["name"]: parameter for parameter in self.described.get("parameters", [])}

    def answer_schema(self) -> str | None:
        """The name of the schema with which it answers when all is well, if it has one."""
        for status, response in self.described["responses"].items():
            content = response.get("content", {}).get("application/json", {})
            if status.startswith("2") and "$ref" in content.get("schema", {}):
                return str(content["schema"]["$ref"].rpartition("/")[2])
        return None


@cache
def application(service: str) -> FastAPI:
    """The service as it is without any setting; nothing of this machine's environment comes in."""
    package = REST_SERVICES[service]
    main = importlib.import_module(f"{package}.main")
    with without_settings():
        settings = importlib.import_module(f"{package}.settings").Settings()
        app: FastAPI = main.create_app(settings, verifier=TokenMint().verifier())
    return app


def committed(service: str) -> Document:
    """The service's description as it is committed."""
    document: Document = json.loads((ROOT / "docs" / "api" / f"{service}.openapi.json").read_text("utf-8"))
    return document


def operations_of(document: Document) -> list[Operation]:
    """Every operation of a document."""
    return list(_operations(document))


def _operations(document: Document) -> Iterator[Operation]:
    for path, methods in document["paths"].items():
        for method, described in methods.items():
            yield Operation(method.upper(), path, described)
