"""The table of services agrees with the repository."""

import tomllib
from pathlib import Path

from cdp_tools.services import ISSUER, SERVICES

ROOT = Path(__file__).parents[3]


def test_every_service_folder_is_in_the_table_with_its_package() -> None:
    built = {}
    for member in (ROOT / "services").glob("*/pyproject.toml"):
        backend = tomllib.loads(member.read_text(encoding="utf-8"))["tool"]["uv"]["build-backend"]
        built[member.parent.name] = backend["module-name"]
    assert {service.name: service.package for service in SERVICES} == built


def test_names_ports_schemas_and_variables_are_given_once() -> None:
    for values in (
        [service.port_offset for service in SERVICES],
        [service.schema for service in SERVICES if service.schema],
        [service.url_variable for service in SERVICES],
        [service.client_id for service in SERVICES],
    ):
        assert len(values) == len(set(values))


def test_the_issuer_starts_first_and_the_gateway_last() -> None:
    assert (SERVICES[0], SERVICES[-1].name) == (ISSUER, "gateway")
    assert ISSUER.name == "partners-api"


def test_those_that_follow_other_services_read_every_event() -> None:
    following = [service.name for service in SERVICES if "events:internal" in service.scopes]
    assert following == ["procurement-api", "charter-api", "reporting-api"]
