"""What each process of a local platform is told."""

from pathlib import Path

import pytest

from cdp_common.db.provisioning import PreparedDatabase
from cdp_tools.databases import provisioning
from cdp_tools.environment import Environment, environment_here
from cdp_tools.services import SERVICES

BY_NAME = {service.name: service for service in SERVICES}
DATABASE = PreparedDatabase(
    name="cdp_toms",
    schema="toms",
    owner_role="cdp_toms_owner",
    app_role="cdp_toms_app",
    owner_url="postgresql+asyncpg://cdp_toms_owner:o@/cdp_toms",
    app_url="postgresql+asyncpg://cdp_toms_app:a@/cdp_toms",
)


@pytest.fixture
def environment(tmp_path: Path) -> Environment:
    inherited = {
        "PATH": "/bin",
        "CDP_ADMIN_DATABASE_URL": "postgresql://root:secret@db:5432/postgres",
        "CDP_DATABASE_OWNER_URL": "leftover",
        "CDP_LOG_LEVEL": "DEBUG",
    }
    return Environment(tmp_path / "state", port_base=9100, inherited=inherited)


def test_ports_and_addresses_follow_the_base(environment: Environment) -> None:
    told = environment.serving_variables(BY_NAME["charter-api"], None)
    assert told["CDP_PORT"] == "9104"
    assert told["CDP_ISSUER"] == told["CDP_PARTNERS_URL"] == "http://127.0.0.1:9101"
    assert told["CDP_REPORTING_URL"] == "http://127.0.0.1:9105"
    assert environment.issuer == "http://127.0.0.1:9101"


def test_a_serving_process_learns_the_app_role_and_never_the_owner(environment: Environment) -> None:
    told = environment.serving_variables(BY_NAME["toms-engine"], DATABASE)
    assert told["CDP_DATABASE_URL"] == DATABASE.app_url
    assert "CDP_DATABASE_OWNER_URL" not in told
    assert "CDP_ADMIN_DATABASE_URL" not in told


def test_a_migrating_process_learns_both_roles(environment: Environment) -> None:
    told = environment.migrating_variables(BY_NAME["toms-engine"], DATABASE)
    assert told["CDP_DATABASE_OWNER_URL"] == DATABASE.owner_url
    assert told["CDP_DATABASE_URL"] == DATABASE.app_url


def test_the_rest_of_the_environment_is_passed_on(environment: Environment) -> None:
    told = environment.serving_variables(BY_NAME["gateway"], None)
    assert told["PATH"] == "/bin"
    assert told["CDP_LOG_LEVEL"] == "DEBUG"
    assert "CDP_DATABASE_URL" not in told


def test_only_procurement_seals(environment: Environment) -> None:
    sealing = [
        service.name
        for service in SERVICES
        if "CDP_SEALING_KEY_FILE" in environment.serving_variables(service, None)
    ]
    assert sealing == ["procurement-api"]


def test_no_two_services_share_a_key(environment: Environment) -> None:
    for variable in ("CDP_CLIENT_KEY_FILE", "CDP_SECRET_KEY_FILE", "CDP_CLIENT_ID"):
        values = {environment.serving_variables(service, None)[variable] for service in SERVICES}
        assert len(values) == len(SERVICES)


def test_the_issuer_is_given_public_keys_only(environment: Environment) -> None:
    wanted = provisioning(environment)
    assert {client["client_id"] for client in wanted["clients"]} == {
        "operator",
        *(service.client_id for service in SERVICES),
    }
    assert [client["client_id"] for client in wanted["clients"] if client["kind"] == "operator"] == [
        "operator"
    ]
    for client in wanted["clients"]:
        assert client["public_jwk"]["crv"] == "Ed25519"
        assert "d" not in client["public_jwk"]


def test_the_folder_is_the_one_of_the_setting_or_of_the_place_one_stands_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("CDP_STATE", raising=False)
    assert environment_here().folder == tmp_path / ".state"
    monkeypatch.setenv("CDP_STATE", str(tmp_path / "elsewhere"))
    assert environment_here().folder == tmp_path / "elsewhere"
