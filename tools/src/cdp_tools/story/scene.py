"""What the story knows while it is told: addresses, parties, ids, and the log of what happened."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx2

from cdp_tools.environment import OPERATOR_CLIENT_ID, Environment
from cdp_tools.services import service_named
from cdp_tools.story.parties import TIMEOUT_S, Party
from cdp_tools.yaml_files import read_mapping

ROOT = Path(__file__).resolve().parents[4]
DATA = ROOT / "data"


def pounds(amount: str) -> str:
    """An amount as a person reads it: £1,234.50."""
    return f"£{Decimal(amount):,.2f}"


@dataclass(frozen=True)
class Happening:
    """One line of the table at the end."""

    who: str
    what: str
    outcome: str


@dataclass
class Scene:
    """The stage: services, sample data, parties, and what has happened so far."""

    environment: Environment
    http: httpx2.Client
    sample: dict[str, Any]
    programme: dict[str, Any]
    parties: dict[str, Party] = field(default_factory=dict)
    happenings: list[Happening] = field(default_factory=list)
    place_id: str = ""
    edition_hash: str = ""
    commitment_lines: dict[tuple[str, str], str] = field(default_factory=dict)
    """Line ids by (agreement, plan or pledge key, measure)."""
    activities: dict[str, str] = field(default_factory=dict)
    reports: dict[str, dict[str, Any]] = field(default_factory=dict)

    def url(self, service: str, path: str) -> str:
        """A service's address with a path."""
        return f"{self.environment.url(service_named(service))}{path}"

    def party(self, name: str, **credentials: Any) -> Party:
        """A party that speaks over this scene's connections."""
        return Party(name=name, issuer=self.environment.issuer, http=self.http, **credentials)

    def note(self, who: str, what: str, outcome: str) -> None:
        """Add a line to the table of what happened."""
        self.happenings.append(Happening(who, what, outcome))


def open_scene(environment: Environment, http: httpx2.Client) -> Scene:
    """The scene before anything has happened: the operator and an anonymous visitor are its only parties."""
    sample = dict(read_mapping(DATA / "samples" / "story.yaml"))
    programme = dict(read_mapping(DATA / "programmes" / "county-durham" / "programme.yaml"))
    scene = Scene(environment, http, sample, programme)
    key = json.loads(environment.operator_key_file.read_text(encoding="utf-8"))
    scene.parties["operator"] = scene.party("Operator", client_id=OPERATOR_CLIENT_ID, key=key)
    scene.parties["anybody"] = scene.party("Anybody")
    return scene


def open_connections() -> httpx2.Client:
    """A client for the story's calls."""
    return httpx2.Client(timeout=TIMEOUT_S, trust_env=False)
