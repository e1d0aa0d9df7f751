"""What makes the secrets, prints them for a cluster, and prepares the databases at their first start."""

import base64
import json
import os
import stat
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import asyncpg
import pytest
import yaml
from joserfc.jwk import OKPKey
from sqlalchemy import make_url
from tests.contract import deploy_checks as check

from cdp_common.db.embedded.binaries import find_binaries
from cdp_common.testing.postgres import TestCluster
from cdp_common.web.settings import ServiceSettings
from cdp_tools.databases import OPERATOR_SCOPES
from cdp_tools.services import SERVICES
from partners_api.domain.clients import read_public_jwk
from partners_api.use_cases.provision_platform import Declaration

DEPLOY = check.ROOT / "deploy"
MADE_BY_THE_OPERATOR = {
    "telemetry-backend",
    "backup-store",
    "evidence-store",
    "cdp-live-tls",
    "cdp-sandbox-tls",
}
FILES_OF_THE_OPERATOR = {"evidence-store": {"evidence-secret-key"}}
MADE_BY_CLOUDNATIVEPG = {"cdp-postgres-ca"}


@pytest.fixture(scope="module")
def secrets(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("secrets") / "made"
    _make_secrets(folder)
    return folder


def _make_secrets(folder: Path, *more: str) -> subprocess.CompletedProcess[str]:
    command: list[Path | str] = [DEPLOY / "make-secrets.sh", folder, *more]
    return subprocess.run(command, check=False, capture_output=True, text=True, timeout=60)


def _passwords(folder: Path) -> dict[str, str]:
    lines = (folder / "passwords.env").read_text(encoding="ascii").splitlines()
    return dict(line.split("=", 1) for line in lines)


def test_made_keys_are_the_ones_that_the_services_read(secrets: Path):
    for service in SERVICES:
        if service.schema is None:
            continue
        folder = secrets / service.name
        settings = ServiceSettings(
            secret_key_file=folder / "secret-key",
            client_key_file=folder / "client-key.json",
            sealing_key_file=folder / "sealing-key",
        )
        assert len(settings.secret_key()) == 32
        if service.scopes:
            assert OKPKey.import_key(settings.client_key()).is_private
        if service.seals:
            assert len(settings.sealing_key()) == 32


def test_issuer_is_told_every_client_with_its_public_key_alone(secrets: Path):
    told = json.loads((secrets / "clients.json").read_text(encoding="utf-8"))
    scopes = {client["client_id"]: client["scopes"] for client in told["clients"]}

    Declaration.model_validate(told)
    assert scopes == {
        "operator": list(OPERATOR_SCOPES),
        **{service.client_id: list(service.scopes) for service in SERVICES if service.scopes},
    }
    for client in told["clients"]:
        own = json.loads((secrets / client["name"] / "client-key.json").read_text(encoding="utf-8"))
        assert client["public_jwk"] == {name: value for name, value in own.items() if name != "d"}
        assert read_public_jwk(client["public_jwk"])["x"] == own["x"]


def test_nobody_else_enters_the_folder_of_secrets(secrets: Path):
    assert stat.S_IMODE(secrets.stat().st_mode) == 0o700
    assert stat.S_IMODE((secrets / "passwords.env").stat().st_mode) == 0o600


def test_making_secrets_again_keeps_them_and_adds_what_is_missing(tmp_path: Path):
    _make_secrets(tmp_path)
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    (tmp_path / "charter-api" / "secret-key").unlink()

    assert _make_secrets(tmp_path).returncode == 0

    after = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    assert after.keys() == before.keys()
    assert [path.name for path in before if after[path] != before[path]] == ["secret-key"]
    assert len(set(_passwords(tmp_path).values())) == 11


def test_the_operators_name_is_kept_until_another_is_given(tmp_path: Path):
    def named(*more: str) -> str:
        assert _make_secrets(tmp_path / "made", *more).returncode == 0
        told = json.loads((tmp_path / "made" / "clients.json").read_text(encoding="utf-8"))
        return str(told["operator"]["legal_name"])

    assert [named(), named("Our council"), named(), named("Another")] == [
        "Sandbox operator",
        "Our council",
        "Our council",
        "Another",
    ]


def test_a_name_that_would_break_the_file_is_refused(tmp_path: Path):
    assert _make_secrets(tmp_path / "made", 'The "Pound"').returncode == 1
    assert not (tmp_path / "made").exists()


@pytest.fixture(scope="module")
def cluster_secrets(secrets: Path) -> list[dict[str, Any]]:
    script = DEPLOY / "k8s" / "secrets.sh"
    printed = subprocess.run([script, secrets], check=True, capture_output=True, text=True, timeout=60)
    return [document for document in yaml.safe_load_all(printed.stdout) if document]


def test_printed_secrets_fit_the_official_schemas(cluster_secrets: list[dict[str, Any]]):
    assert check.schema_faults(cluster_secrets, check.KUBERNETES_VERSIONS[0]) == []


@pytest.mark.parametrize("overlay", check.OVERLAYS)
def test_every_secret_that_is_referenced_is_printed_or_documented(
    overlay: str, cluster_secrets: list[dict[str, Any]]
):
    documents = check.manifests(overlay)
    printed = {item["metadata"]["name"] for item in check.of_kind(cluster_secrets, "Secret")}
    guide = (check.ROOT / "docs" / "guides" / "operator.md").read_text(encoding="utf-8")
    needed = check.referenced_secrets(documents)

    assert needed - printed <= MADE_BY_THE_OPERATOR | MADE_BY_CLOUDNATIVEPG
    assert printed <= needed
    assert [name for name in needed & MADE_BY_THE_OPERATOR if f"`{name}`" not in guide] == []


def test_printed_secrets_hold_the_files_that_the_pods_read(cluster_secrets: list[dict[str, Any]]):
    documents = check.manifests("live")
    held = {item["metadata"]["name"]: item.get("data", {}).keys() for item in cluster_secrets}
    for name, template in check.pods(documents):
        told = [item["value"] for item in check.environment(template) if item["name"].endswith("_FILE")]
        sources = check.secret_names(template) & held.keys()
        files = {file for source in sources for file in held[source]}
        files |= {
            file for source in check.secret_names(template) for file in FILES_OF_THE_OPERATOR.get(source, ())
        }
        assert {Path(path).name for path in told} <= files, name


def test_printed_database_urls_are_verified_and_carry_the_role_that_is_made(
    secrets: Path, cluster_secrets: list[dict[str, Any]]
):
    passwords = _passwords(secrets)
    found = {item["metadata"]["name"]: item["stringData"] for item in cluster_secrets if "stringData" in item}

    assert len(found) == 10
    for service in SERVICES:
        for role in ("owner", "app") if service.schema else ():
            password = passwords[f"{str(service.schema).upper()}_{role.upper()}_PASSWORD"]
            login = f"cdp_{service.schema}_{role}"
            assert found[f"{service.schema}-db-{role}"] == {
                "username": login,
                "password": password,
                "url": f"postgresql+asyncpg://{login}:{password}@cdp-postgres-rw:5432/cdp_{service.schema}?ssl=verify-full",
            }


def test_printed_clients_are_the_ones_that_were_made(secrets: Path, cluster_secrets: list[dict[str, Any]]):
    clients = next(item for item in cluster_secrets if item["kind"] == "ConfigMap")

    assert clients["metadata"]["name"] == "platform-clients"
    assert base64.b64decode(clients["binaryData"]["clients.json"]) == (secrets / "clients.json").read_bytes()


@pytest.fixture(scope="module")
def initialised(secrets: Path) -> Iterator[TestCluster]:
    """A server on which the database's first start was run, as the image runs it."""
    with TestCluster() as cluster:
        script = DEPLOY / "docker" / "initdb" / "10-databases.sh"
        binaries = find_binaries().folder
        environment = _passwords(secrets) | _psql_environment(cluster.admin_url)
        environment["PATH"] = f"{binaries}{os.pathsep}{os.environ['PATH']}"
        subprocess.run(["/bin/sh", script], check=True, capture_output=True, timeout=60, env=environment)
        yield cluster


def _psql_environment(url: str) -> dict[str, str]:
    parsed = make_url(url)
    folder, port = parsed.query["host"], parsed.query["port"]
    return {
        "POSTGRES_USER": str(parsed.username),
        "PGPASSWORD": str(parsed.password),
        "PGHOST": str(folder),
        "PGPORT": str(port),
    }


async def _connect(
    cluster: TestCluster, secrets: Path, schema: str, role: str, database: str
) -> asyncpg.Connection:
    password = _passwords(secrets)[f"{schema.upper()}_{role.upper()}_PASSWORD"]
    url = cluster.url_for(f"cdp_{schema}_{role}", password, database=database, driver="postgresql")
    return await asyncpg.connect(url, ssl=False)


@pytest.mark.parametrize("schema", [service.schema for service in SERVICES if service.schema])
async def test_owner_may_change_its_schema_and_the_application_may_not(
    initialised: TestCluster, secrets: Path, schema: str
):
    owner = await _connect(initialised, secrets, schema, "owner", f"cdp_{schema}")
    app = await _connect(initialised, secrets, schema, "app", f"cdp_{schema}")
    try:
        await owner.execute(f"CREATE TABLE {schema}.probe (id int)")
        for forbidden in (f"CREATE TABLE {schema}.mine (id int)", "CREATE TABLE public.mine (id int)"):
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await app.execute(forbidden)
        assert await app.fetchval("SELECT count(*) FROM pg_tables WHERE tablename = 'mine'") == 0
    finally:
        await owner.close()
        await app.close()


async def test_no_role_enters_the_database_of_another(initialised: TestCluster, secrets: Path):
    for role in ("owner", "app"):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await _connect(initialised, secrets, "toms", role, "cdp_partners")
