"""docker-compose.yml: well formed, in agreement with the platform's table and settings, without secrets."""

import json
import subprocess
from collections.abc import Callable
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import Any

import pytest
from tests.contract import deploy_compose as check
from tests.contract.deploy_checks import ROOT, health_paths, settings_class

from cdp_tools.services import SERVICES

Mutate = Callable[[dict[str, Any]], object]


@pytest.fixture(scope="module")
def secrets(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("secrets") / "made"
    subprocess.run([ROOT / "deploy" / "make-secrets.sh", folder], check=True, capture_output=True, timeout=60)
    return folder


@pytest.fixture
def passwords(secrets: Path) -> dict[str, str]:
    lines = (secrets / "passwords.env").read_text(encoding="ascii").splitlines()
    return dict(line.split("=", 1) for line in lines) | {"CDP_SECRETS": str(secrets)}


def test_compose_file_agrees_with_the_platform():
    data = check.compose()

    assert check.schema_faults(data) == []
    assert check.compose_image_faults(data) == []
    assert check.dependency_faults(data) == []
    assert check.container_faults(data, health_paths()) == []
    assert check.variable_faults(data) == []


def test_every_secret_file_is_made(passwords: dict[str, str]):
    data = check.interpolated(check.compose(), passwords)

    assert [path for item in data["secrets"].values() if not (path := Path(item["file"])).is_file()] == []


def test_every_service_starts_with_the_settings_it_is_given(
    passwords: dict[str, str], monkeypatch: pytest.MonkeyPatch
):
    data = check.interpolated(check.compose(), passwords)
    for service in SERVICES:
        given = data["services"][service.name]["environment"]
        with monkeypatch.context() as patch:
            for name, value in given.items():
                patch.setenv(name, str(value))
            settings = settings_class(service)()

        assert (settings.mode, settings.audience) == ("sandbox", "cdp-sandbox")
        assert settings.port == 8100 + service.port_offset
        assert settings.client_id == (service.client_id if service.scopes else None)
        if service.schema:
            role = f"cdp_{service.schema}_app:{passwords[f'{service.schema.upper()}_APP_PASSWORD']}"
            assert settings.database_url == f"postgresql+asyncpg://{role}@postgres:5432/cdp_{service.schema}"


def test_services_believe_the_gateway_and_no_neighbour(passwords: dict[str, str]):
    data = check.interpolated(check.compose(), passwords)
    gateway = data["services"]["gateway"]["networks"]["calls"]["ipv4_address"]
    [given_out] = data["networks"]["calls"]["ipam"]["config"]
    believed = {
        name: container["environment"]["CDP_TRUSTED_PROXIES"]
        for name, container in data["services"].items()
        if "CDP_PORT" in container.get("environment", {})
    }

    assert believed.pop("gateway") == "127.0.0.1"
    assert believed == {s.name: f"127.0.0.1,{gateway}" for s in SERVICES if s.schema}
    assert ip_address(gateway) in ip_network(given_out["subnet"])
    assert ip_address(gateway) not in ip_network(given_out["ip_range"])


def test_without_passwords_the_file_is_refused():
    with pytest.raises(
        LookupError, match=r"POSTGRES_PASSWORD has no value: run deploy/make-secrets\.sh first"
    ):
        check.interpolated(check.compose(), {})


def test_docker_reads_the_file_as_we_do(secrets: Path, passwords: dict[str, str]):
    program = check.docker_compose()
    if program is None:
        pytest.skip("needs Docker's compose program, which this machine does not have")

    answer = check.resolved(program, check.FILE, secrets)

    assert (answer.returncode, answer.stderr) == (0, "")
    theirs, ours = json.loads(answer.stdout), check.interpolated(check.compose(), passwords)
    assert theirs["services"].keys() == ours["services"].keys()
    for name, container in ours["services"].items():
        told = {key: str(value) for key, value in container.get("environment", {}).items()}
        assert (theirs["services"][name].get("environment") or {}) == told
    assert {name: item["file"] for name, item in theirs["secrets"].items()} == {
        name: item["file"] for name, item in ours["secrets"].items()
    }


def _services(data: dict[str, Any]) -> dict[str, Any]:
    services: dict[str, Any] = data["services"]
    return services


SCHEMA_SEEDS: list[tuple[Mutate, str]] = [
    (lambda data: _services(data)["gateway"].update(healtcheck={}), "'healtcheck' was unexpected"),
    (lambda data: _services(data)["gateway"].update(ports=["80x1:8100"]), "$.services.gateway.ports[0]"),
    (
        lambda data: _services(data)["gateway"]["depends_on"]["partners-api"].update(condition="healthy"),
        "$.services.gateway.depends_on",
    ),
    (
        lambda data: _services(data)["gateway"].update(networks=["cals"]),
        "gateway uses cals, which is not defined",
    ),
    (
        lambda data: _services(data)["otel-collector"].update(
            volumes=["./deploy/otel/colector.yaml:/etc/x:ro"]
        ),
        "otel-collector mounts colector.yaml, which is not there",
    ),
]
IMAGE_SEEDS: list[tuple[Mutate, str]] = [
    (
        lambda data: _services(data)["postgres"].update(image="postgres"),
        "postgres: postgres is not pinned by tag",
    ),
    (
        lambda data: _services(data)["postgres"].update(image="postgres:latest"),
        "postgres:latest is not pinned",
    ),
    (
        lambda data: _services(data)["gateway"]["build"]["args"].update(PACKAGE="gatway"),
        "gateway builds gateway from",
    ),
    (lambda data: _services(data)["charter-api"].pop("build"), "charter-api-migrate: nothing builds"),
]
DEPENDENCY_SEEDS: list[tuple[Mutate, str]] = [
    (
        lambda data: _services(data)["gateway"]["depends_on"].update(redis={"condition": "service_started"}),
        "gateway waits for redis, which is not there",
    ),
    (lambda data: _services(data)["partners-api"].pop("healthcheck"), "to be healthy, which nobody checks"),
    (
        lambda data: _services(data)["toms-engine"]["depends_on"].pop("toms-engine-migrate"),
        "before its migration",
    ),
    (
        lambda data: _services(data)["toms-engine"]["depends_on"]["toms-engine-migrate"].update(
            condition="service_started"
        ),
        "toms-engine waits for toms-engine-migrate to be service_started",
    ),
]
CONTAINER_SEEDS: list[tuple[Mutate, str]] = [
    (lambda data: _services(data).pop("reporting-api"), "no container reporting-api"),
    (
        lambda data: _services(data)["gateway"].update(ports=["8100:8100"]),
        "gateway: is published as ['8100:8100']",
    ),
    (
        lambda data: _services(data)["gateway"].update(networks=["calls", "data"]),
        "gateway: is on ['calls', 'data']",
    ),
    (
        lambda data: _services(data)["charter-api"]["environment"].update(CDP_PORT=8105),
        "charter-api: listens on 8105",
    ),
    (
        lambda data: _services(data)["charter-api"].update(read_only=False),
        "charter-api can write to its image",
    ),
    (
        lambda data: _services(data)["charter-api-migrate"].update(privileged=True),
        "charter-api-migrate can gain",
    ),
    (
        lambda data: _services(data)["charter-api"].update(healthcheck={}),
        "charter-api: its health is not checked",
    ),
]
VARIABLE_SEEDS: list[tuple[Mutate, str]] = [
    (lambda data: _services(data)["gateway"]["environment"].update(CDP_ISUER="x"), "does not read CDP_ISUER"),
    (lambda data: _services(data)["charter-api"]["environment"].pop("CDP_CLIENT_ID"), "lacks CDP_CLIENT_ID"),
    (
        lambda data: _services(data)["charter-api"]["environment"].update(
            CDP_SEALING_KEY_FILE="/run/secrets/x"
        ),
        "charter-api has no use for CDP_SEALING_KEY_FILE",
    ),
    (
        lambda data: _services(data)["charter-api"]["environment"].update(
            CDP_DATABASE_OWNER_URL="postgresql+asyncpg://o:${CHARTER_OWNER_PASSWORD:?}@postgres/x"
        ),
        "charter-api: the owner's credentials belong to the migration alone",
    ),
    (lambda data: _services(data)["charter-api"]["secrets"].pop(), "charter-api: secret-key is not mounted"),
    (lambda data: data["secrets"].pop("charter-api-secret-key"), "there is no secret charter-api-secret-key"),
    (
        lambda data: _services(data)["postgres"]["environment"].update(POSTGRES_PASSWORD="guess"),
        "postgres: the password in POSTGRES_PASSWORD is in the file",
    ),
    (
        lambda data: _services(data)["charter-api"]["environment"].update(
            CDP_DATABASE_URL="postgresql+asyncpg://cdp_charter_app:guess@postgres:5432/cdp_charter"
        ),
        "charter-api: the password in CDP_DATABASE_URL is in the file",
    ),
]


@pytest.mark.parametrize(("mutate", "expected"), SCHEMA_SEEDS)
def test_what_the_format_does_not_know_is_found(mutate: Mutate, expected: str):
    _assert_found(check.schema_faults, mutate, expected)


@pytest.mark.parametrize(("mutate", "expected"), IMAGE_SEEDS)
def test_wrong_images_are_found(mutate: Mutate, expected: str):
    _assert_found(check.compose_image_faults, mutate, expected)


@pytest.mark.parametrize(("mutate", "expected"), DEPENDENCY_SEEDS)
def test_wrong_order_is_found(mutate: Mutate, expected: str):
    _assert_found(check.dependency_faults, mutate, expected)


@pytest.mark.parametrize(("mutate", "expected"), CONTAINER_SEEDS)
def test_wrong_containers_are_found(mutate: Mutate, expected: str):
    _assert_found(lambda data: check.container_faults(data, health_paths()), mutate, expected)


@pytest.mark.parametrize(("mutate", "expected"), VARIABLE_SEEDS)
def test_wrong_variables_and_stated_passwords_are_found(mutate: Mutate, expected: str):
    _assert_found(check.variable_faults, mutate, expected)


def _assert_found(checks: Callable[[dict[str, Any]], list[str]], mutate: Mutate, expected: str) -> None:
    data = json.loads(json.dumps(check.compose()))  # nothing shared, so that one thing changes
    assert checks(data) == []
    mutate(data)
    assert any(expected in fault for fault in checks(data)), checks(data)
