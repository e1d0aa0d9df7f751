"""The Kubernetes overlays: built by kustomize, held to the official schemas and to our own rules."""

import copy
import os
import re
import subprocess
import sys
from collections.abc import Callable
from ipaddress import ip_address, ip_network
from typing import Any

import pytest
from tests.contract import deploy_checks as check
from tests.contract import deploy_upkeep as upkeep

from cdp_tools.services import SERVICES

Documents = list[dict[str, Any]]
Mutate = Callable[[Documents], object]


@pytest.fixture(scope="module")
def live() -> Documents:
    return check.manifests("live")


@pytest.fixture(scope="module")
def sandbox() -> Documents:
    return check.manifests("sandbox")


def _find(documents: Documents, kind: str, name: str) -> dict[str, Any]:
    return next(item for item in documents if item["kind"] == kind and item["metadata"]["name"] == name)


def _template(documents: Documents, kind: str, name: str) -> dict[str, Any]:
    return check.template_of(_find(documents, kind, name))


def _container(documents: Documents, name: str, kind: str = "Deployment") -> dict[str, Any]:
    container: dict[str, Any] = _template(documents, kind, name)["spec"]["containers"][0]
    return container


def _lifecycle(documents: Documents) -> list[str]:
    return check.lifecycle_faults(documents, check.health_paths())


def _newest_schema(documents: Documents) -> list[str]:
    return check.schema_faults(documents, check.KUBERNETES_VERSIONS[-1])


def _images(documents: Documents) -> list[str]:
    return check.image_faults(check.images(documents))


RULES: dict[str, check.Check] = {
    "completeness": check.completeness_faults,
    "hardening": check.hardening_faults,
    "lifecycle": _lifecycle,
    "ports": check.port_faults,
    "images": _images,
    "secrets": check.secret_faults,
    "settings": check.setting_faults,
    "rotation": upkeep.rotation_faults,
    "connections": upkeep.connection_faults,
}


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("overlay", check.OVERLAYS)
def test_overlay_keeps_the_rule(overlay: str, rule: str):
    assert RULES[rule](check.manifests(overlay)) == []


@pytest.mark.parametrize("version", check.KUBERNETES_VERSIONS)
@pytest.mark.parametrize("overlay", check.OVERLAYS)
def test_overlay_fits_the_official_schemas(overlay: str, version: str):
    assert check.schema_faults(check.manifests(overlay), version) == []


def test_every_document_of_an_overlay_is_in_its_own_namespace(sandbox: Documents, live: Documents):
    for documents, namespace in ((sandbox, "cdp-sandbox"), (live, "cdp-live")):
        assert {item["metadata"].get("namespace") for item in documents if item["kind"] != "Namespace"} == {
            namespace
        }


def test_sandbox_and_live_share_no_issuer_no_audience_and_no_host(sandbox: Documents, live: Documents):
    told = {overlay: check.settings_map(check.manifests(overlay)) for overlay in check.OVERLAYS}

    assert {overlay: told[overlay]["CDP_MODE"] for overlay in told} == {"sandbox": "sandbox", "live": "live"}
    for name in ("CDP_ISSUER", "CDP_AUDIENCE"):
        assert told["sandbox"][name] != told["live"][name]
    hosts = [
        {rule["host"] for rule in _find(item, "Ingress", "public")["spec"]["rules"]}
        for item in (sandbox, live)
    ]
    assert [len(names) for names in hosts] == [6, 6]
    assert hosts[0] & hosts[1] == set()


@pytest.mark.parametrize("overlay", check.OVERLAYS)
def test_ingress_offers_each_service_once_and_the_certificate_covers_it(overlay: str):
    documents = check.manifests(overlay)
    spec = _find(documents, "Ingress", "public")["spec"]
    backends = [
        path["backend"]["service"]["name"] for rule in spec["rules"] for path in rule["http"]["paths"]
    ]

    assert sorted(backends) == sorted(service.name for service in SERVICES)
    assert [rule["host"] for rule in spec["rules"]] == spec["tls"][0]["hosts"]
    assert not [host for host in spec["tls"][0]["hosts"] if host.endswith(".invalid")]
    issuer = next(
        rule["host"]
        for rule, backend in zip(spec["rules"], backends, strict=True)
        if backend == "partners-api"
    )
    assert check.settings_map(documents)["CDP_ISSUER"] == f"https://{issuer}"


def test_the_guide_rolls_out_what_runs_our_code_after_the_migrations(live: Documents):
    guide = (check.ROOT / "docs" / "guides" / "operator.md").read_text(encoding="utf-8")
    [held_back] = re.findall(r"component notin \(([a-z,]+)\)", guide)
    [steps] = re.findall(r"^for step in ([a-z, ]+); do$", guide, re.MULTILINE)
    [after] = re.findall(r"^kubectl apply .*component in \(([a-z,]+)\)'$", guide, re.MULTILINE)
    ours = {
        item["metadata"]["labels"]["app.kubernetes.io/component"]
        for item in check.of_kind(live, "Deployment", "Job", "CronJob")
        if any("county-durham-pound" in one["image"] for one in check.containers(check.template_of(item)))
    }
    assert set(held_back.split(",")) == ours
    assert [*steps.split(), *after.split(",")] == ["migrate", "provision", "rotate", "service"]


def test_the_rotation_asks_for_what_the_service_knows(live: Documents):
    arguments = _container(live, "partners-api-rotate", "CronJob")["args"]
    for given, words in (
        (arguments, "CDP_DATABASE_URL is not set"),
        ([*arguments, "more"], "usage: python -m partners_api provision FILE, or rotate-signing-key [--"),
    ):
        done = subprocess.run(
            [sys.executable, "-m", "partners_api", *given],
            env={"PATH": os.environ["PATH"]},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert (done.returncode, done.stdout) == (2, "")
        assert done.stderr.startswith(words)


@pytest.mark.parametrize("overlay", check.OVERLAYS)
def test_each_service_accepts_the_settings_of_its_pod(overlay: str, monkeypatch: pytest.MonkeyPatch):
    documents = check.manifests(overlay)
    for service in SERVICES:
        template = _template(documents, "Deployment", service.name)
        given = check.settings_map(documents) | {
            item["name"]: item.get("value", "postgresql+asyncpg://role:secret@host/database")
            for item in check.environment(template)
        }
        with monkeypatch.context() as patch:
            for name, value in given.items():
                patch.setenv(name, value)
            settings = check.settings_class(service)()
        assert (settings.mode, settings.host) == (overlay, "0.0.0.0")
        assert settings.client_id == (service.client_id if service.scopes else None)
        assert settings.webhook_allow_loopback is False


@pytest.mark.parametrize("overlay", check.OVERLAYS)
def test_private_addresses_alone_are_believed_about_callers(overlay: str):
    # They are those of pods and of the ingress, and NetworkPolicies let in nobody else.
    told = check.settings_map(check.manifests(overlay))["CDP_TRUSTED_PROXIES"]
    believed = [ip_network(item) for item in told.split(",")]

    assert [one for one in believed if one.is_global] == []
    pods = ("10.42.0.7", "100.64.3.1", "172.31.0.9", "192.168.200.4", "fd12::1")
    assert [pod for pod in pods if not any(ip_address(pod) in one for one in believed)] == []


def test_each_role_enters_its_own_database_and_no_other(live: Documents):
    spec = _find(live, "Cluster", "cdp-postgres")["spec"]
    schemas = [service.schema for service in SERVICES if service.schema]

    assert spec["postgresql"]["pg_hba"] == [
        *(f"hostssl cdp_{name} cdp_{name}_owner,cdp_{name}_app all scram-sha-256" for name in schemas),
        "host all all all reject",
    ]
    assert {role["name"]: role["passwordSecret"]["name"] for role in spec["managed"]["roles"]} == {
        f"cdp_{name}_{role}": f"{name}-db-{role}" for name in schemas for role in ("owner", "app")
    }
    databases = [item["spec"] for item in check.of_kind(live, "Database")]
    assert sorted((item["name"], item["owner"], item["schemas"][0]["name"]) for item in databases) == sorted(
        (f"cdp_{name}", f"cdp_{name}_owner", name) for name in schemas
    )


def test_live_keeps_each_commit_on_two_machines_and_archives_it(live: Documents):
    spec = _find(live, "Cluster", "cdp-postgres")["spec"]
    store = check.of_kind(live, "ObjectStore")[0]

    assert spec["instances"] == 3
    assert spec["postgresql"]["synchronous"] == {"method": "any", "number": 1}
    assert spec["plugins"][0]["parameters"] == {"barmanObjectName": store["metadata"]["name"]}
    assert spec["plugins"][0]["isWALArchiver"] is True
    assert check.of_kind(live, "ScheduledBackup")[0]["spec"]["cluster"] == {"name": "cdp-postgres"}


SEEDS: list[tuple[check.Check, Mutate, str]] = [
    (
        _newest_schema,
        lambda docs: _container(docs, "gateway").update(imagePullPolcy="Always"),
        "Deployment/gateway: $.spec.template.spec.containers[0]",
    ),
    (
        _newest_schema,
        lambda docs: _find(docs, "Service", "gateway")["spec"].update(ports="8100"),
        "Service/gateway: $.spec.ports",
    ),
    (
        _newest_schema,
        lambda docs: _find(docs, "Cluster", "cdp-postgres")["spec"].update(instanses=3),
        "Cluster/cdp-postgres: $.spec",
    ),
    (
        _newest_schema,
        lambda docs: docs.append({"apiVersion": "example/v1", "kind": "Thing", "metadata": {"name": "x"}}),
        "Thing/x: no schema knows example/v1/Thing",
    ),
    (
        check.completeness_faults,
        lambda docs: docs.remove(_find(docs, "PodDisruptionBudget", "toms-engine")),
        "Deployment/toms-engine has no PodDisruptionBudget",
    ),
    (
        check.completeness_faults,
        lambda docs: docs.remove(_find(docs, "NetworkPolicy", "toms-engine")),
        "Deployment/toms-engine has no NetworkPolicy",
    ),
    (
        check.completeness_faults,
        lambda docs: _find(docs, "Service", "gateway")["spec"].update(selector={"app": "gateway"}),
        "Service/gateway is not about Deployment/gateway",
    ),
    (
        check.completeness_faults,
        lambda docs: _find(docs, "Deployment", "gateway")["spec"].update(replicas=3),
        "HorizontalPodAutoscaler/gateway is not about Deployment/gateway",
    ),
    (
        check.completeness_faults,
        lambda docs: docs.remove(_find(docs, "Job", "charter-api-migrate")),
        "no Job charter-api-migrate",
    ),
    (
        check.hardening_faults,
        lambda docs: _container(docs, "gateway")["securityContext"].update(readOnlyRootFilesystem=False),
        "Deployment/gateway can write to its image",
    ),
    (
        check.hardening_faults,
        lambda docs: _container(docs, "charter-api-migrate", "Job").pop("resources"),
        "Job/charter-api-migrate states no limits",
    ),
    (
        check.hardening_faults,
        lambda docs: _template(docs, "Deployment", "gateway")["spec"]["securityContext"].update(runAsUser=0),
        "Deployment/gateway runs as root",
    ),
    (
        check.hardening_faults,
        lambda docs: _container(docs, "gateway")["securityContext"].pop("capabilities"),
        "Deployment/gateway keeps capabilities",
    ),
    (
        check.hardening_faults,
        lambda docs: _template(docs, "Deployment", "otel-collector")["spec"].pop(
            "automountServiceAccountToken"
        ),
        "Deployment/otel-collector mounts a service account's token",
    ),
    (
        check.hardening_faults,
        lambda docs: _container(docs, "partners-api-rotate", "CronJob")["securityContext"].clear(),
        "CronJob/partners-api-rotate can gain privileges",
    ),
    (
        upkeep.connection_faults,
        lambda docs: _find(docs, "HorizontalPodAutoscaler", "toms-engine")["spec"].update(maxReplicas=12),
        "Cluster/cdp-postgres: ",
    ),
    (
        upkeep.rotation_faults,
        lambda docs: docs.remove(_find(docs, "CronJob", "partners-api-rotate")),
        "no CronJob partners-api-rotate",
    ),
    (
        upkeep.rotation_faults,
        lambda docs: _find(docs, "CronJob", "partners-api-rotate")["spec"].pop("concurrencyPolicy"),
        "CronJob/partners-api-rotate could overlap",
    ),
    (
        upkeep.rotation_faults,
        lambda docs: _find(docs, "CronJob", "partners-api-rotate")["spec"].update(suspend=True),
        "CronJob/partners-api-rotate is suspended",
    ),
    (
        _lifecycle,
        lambda docs: _container(docs, "gateway")["readinessProbe"]["httpGet"].update(path="/healthz"),
        "gateway: readinessProbe asks /healthz",
    ),
    (
        _lifecycle,
        lambda docs: _template(docs, "Deployment", "gateway")["spec"].update(terminationGracePeriodSeconds=5),
        "gateway: no pause before its end",
    ),
    (
        check.port_faults,
        lambda docs: _container(docs, "gateway")["ports"][0].update(containerPort=8080),
        "gateway: container has [8080]",
    ),
    (
        check.port_faults,
        lambda docs: _find(docs, "Service", "toms-engine")["spec"]["ports"][0].update(port=80),
        "toms-engine: Service has [80]",
    ),
    (
        _images,
        lambda docs: _container(docs, "gateway").update(image="registry.example:5000/gateway"),
        "Deployment/gateway.service: registry.example:5000/gateway is not pinned by tag",
    ),
    (
        _images,
        lambda docs: _container(docs, "gateway").update(image="registry.example/gateway:latest"),
        "registry.example/gateway:latest is not pinned by tag",
    ),
    (
        check.secret_faults,
        lambda docs: docs.append({"kind": "Secret", "metadata": {"name": "x"}, "stringData": {"a": "b"}}),
        "Secret/x holds secret values",
    ),
    (
        check.secret_faults,
        lambda docs: _container(docs, "charter-api")["env"].append(
            {"name": "CDP_DATABASE_URL", "value": "x"}
        ),
        "Deployment/charter-api holds the value of CDP_DATABASE_URL",
    ),
    (
        check.secret_faults,
        lambda docs: _container(docs, "charter-api").update(
            envFrom=[{"secretRef": {"name": "charter-db-owner"}}]
        ),
        "Deployment/charter-api has the owner's credentials",
    ),
    (
        check.setting_faults,
        lambda docs: _container(docs, "charter-api")["env"].append({"name": "CDP_DATABSE_URL", "value": "x"}),
        "Deployment/charter-api: charter_api does not read CDP_DATABSE_URL",
    ),
    (
        check.setting_faults,
        lambda docs: _container(docs, "gateway")["env"].append(
            {"name": "CDP_SEALING_KEY_FILE", "value": "x"}
        ),
        "Deployment/gateway has no use for CDP_SEALING_KEY_FILE",
    ),
    (
        check.setting_faults,
        lambda docs: next(item for item in docs if item["metadata"]["name"].startswith(check.SETTINGS_MAP))[
            "data"
        ].update(CDP_ISUER="x"),
        "no service reads CDP_ISUER",
    ),
]


@pytest.mark.parametrize(("rule", "mutate", "expected"), SEEDS, ids=[seed[2] for seed in SEEDS])
def test_a_seeded_fault_is_found(live: Documents, rule: check.Check, mutate: Mutate, expected: str):
    documents = copy.deepcopy(live)
    mutate(documents)
    if rule is _newest_schema:  # holding all documents to their schemas again would cost the most
        documents = [item for item in documents if item not in live]

    assert any(expected in fault for fault in rule(documents)), rule(documents)
