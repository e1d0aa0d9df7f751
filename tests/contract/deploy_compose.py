"""Checks of docker-compose.yml: each says what is wrong, and nothing when all is well."""

import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml
from jsonschema import Draft202012Validator
from tests.contract.deploy_checks import ROOT, Document, image_faults, key_faults, settings_class, variables

from cdp_tools.services import SERVICES

FILE = ROOT / "docker-compose.yml"
PROJECT = "county-durham-pound"
BASE_PORT = 8100
# Written for this repository, with the fields of the format that we use and no more.
SCHEMA = Path(__file__).with_name("deploy_compose.schema.json")
_VARIABLE = re.compile(r"\$\{(?P<name>[A-Z_]+)(?:(?P<kind>:[?-])(?P<rest>[^}]*))?\}")


def compose() -> Document:
    """The file as YAML reads it, variables still open."""
    data: Document = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    return data


def interpolated(data: Document, values: Mapping[str, str]) -> Document:
    """The file with its variables filled in, as Compose does it; `${NAME:?}` without a value is an error."""

    def fill(match: re.Match[str]) -> str:
        name, kind, rest = match["name"], match["kind"], match["rest"] or ""
        if values.get(name):
            return values[name]
        if kind == ":-":
            return rest
        raise LookupError(f"{name} has no value: {rest}")

    def walk(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: walk(item) for key, item in value.items()}
        if isinstance(value, list):
            return [walk(item) for item in value]
        return _VARIABLE.sub(fill, value) if isinstance(value, str) else value

    filled: Document = walk(data)
    return filled


def schema_faults(data: Document) -> list[str]:
    """Keys and values that the Compose file format does not know, as far as we use it."""
    problems = Draft202012Validator(json.loads(SCHEMA.read_text(encoding="utf-8"))).iter_errors(data)
    faults = [f"{problem.json_path} {problem.message}" for problem in problems]
    for name, container in data["services"].items():
        unknown = set(container.get("networks", [])) - data["networks"].keys()
        volumes = {item.partition(":")[0] for item in container.get("volumes", [])}
        unknown |= {item for item in volumes if not item.startswith(".")} - data["volumes"].keys()
        faults += [f"{name} uses {item}, which is not defined" for item in sorted(unknown)]
        paths = {ROOT / item for item in volumes if item.startswith(".")}
        faults += [f"{name} mounts {path.name}, which is not there" for path in paths if not path.exists()]
    return faults


def docker_compose() -> list[str] | None:
    """Docker's own program, where this machine has it."""
    for command in (["docker", "compose"], ["docker-compose"]):
        if shutil.which(command[0]):
            asked = subprocess.run(
                [*command, "version", "--short"], capture_output=True, text=True, check=False
            )
            if asked.returncode == 0 and asked.stdout.lstrip("v").startswith(("2.", "5.")):
                return command
    return None


def resolved(program: list[str], file: Path, secrets: Path) -> subprocess.CompletedProcess[str]:
    """What Docker's own program makes of the file with the passwords of a folder."""
    options: list[str | Path] = [
        "--project-directory",
        ROOT,
        "--file",
        file,
        "--env-file",
        secrets / "passwords.env",
    ]
    return subprocess.run(
        [*program, *options, "config", "--format", "json"],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env={"PATH": os.environ["PATH"], "HOME": str(secrets), "CDP_SECRETS": str(secrets)},
    )


def ours(data: Document) -> Iterator[tuple[str, Document]]:
    """The containers that run our images."""
    for name, container in data["services"].items():
        if container["image"].startswith(f"{PROJECT}/"):
            yield name, container


def compose_images(data: Document) -> dict[str, str]:
    """The images by container, an open variable standing for its default."""
    return {
        name: re.sub(r"\$\{[A-Z_]+:-([^}]*)\}", r"\1", container["image"])
        for name, container in data["services"].items()
    }


def compose_image_faults(data: Document) -> list[str]:
    """Images without a fixed tag, ours without a recipe, recipes that build something else."""
    faults = image_faults(compose_images(data))
    built = {}
    for name, container in ours(data):
        if "build" not in container:
            continue
        arguments = container["build"]["args"]
        built[container["image"]] = name
        folder = ROOT / "services" / arguments["SERVICE"] / "src" / arguments["PACKAGE"]
        if arguments["SERVICE"] != name or not folder.is_dir():
            faults.append(f"{name} builds {arguments['SERVICE']} from {arguments['PACKAGE']}")
        if not (ROOT / container["build"]["dockerfile"]).is_file():
            faults.append(f"{name} has no recipe {container['build']['dockerfile']}")
    return faults + [
        f"{name}: nothing builds {item['image']}" for name, item in ours(data) if item["image"] not in built
    ]


def dependency_faults(data: Document) -> list[str]:
    """Waits for something that is not there, or in a way that can never come true."""
    services = data["services"]
    faults = []
    for name, container in services.items():
        for target, wait in container.get("depends_on", {}).items():
            condition = wait["condition"]
            if target not in services:
                faults.append(f"{name} waits for {target}, which is not there")
            elif condition == "service_healthy" and "healthcheck" not in services[target]:
                faults.append(f"{name} waits for {target} to be healthy, which nobody checks")
            elif (condition == "service_completed_successfully") != _ends(target):
                faults.append(f"{name} waits for {target} to be {condition}")
    for service in SERVICES:
        if service.schema and f"{service.name}-migrate" not in _before(services, service.name):
            faults.append(f"{service.name} starts before its migration")
    return faults


def _ends(name: str) -> bool:
    return name.endswith(("-migrate", "-provision"))


def _before(services: Mapping[str, Any], name: str) -> set[str]:
    """Everything that must have happened before a container starts."""
    direct = set(services.get(name, {}).get("depends_on", {}))
    return direct.union(*(_before(services, other) for other in direct)) if direct else set()


def container_faults(data: Document, paths: frozenset[str]) -> list[str]:
    """Containers that are missing, too free, or reached or checked in another way than agreed."""
    faults = []
    for service in SERVICES:
        container, port = data["services"].get(service.name), BASE_PORT + service.port_offset
        if container is None:
            faults.append(f"no container {service.name}")
            continue
        asked = f"http://127.0.0.1:{port}/health/ready"
        if f"'{asked}'" not in " ".join(container.get("healthcheck", {}).get("test", [])):
            faults.append(f"{service.name}: its health is not checked at {asked}")
        if "/health/ready" not in paths:
            faults.append(f"{service.name} has no /health/ready")
        if container.get("ports") != [f"127.0.0.1:{port}:{port}"]:
            faults.append(f"{service.name}: is published as {container.get('ports')}")
        if container["environment"].get("CDP_PORT") != port:
            faults.append(f"{service.name}: listens on {container['environment'].get('CDP_PORT')}")
        if ("data" in container["networks"]) != (service.schema is not None):
            faults.append(f"{service.name}: is on {container['networks']}")
    for name, container in ours(data):
        if not container.get("read_only") or container.get("cap_drop") != ["ALL"]:
            faults.append(f"{name} can write to its image or keeps capabilities")
        if "no-new-privileges:true" not in container.get("security_opt", []) or container.get("privileged"):
            faults.append(f"{name} can gain privileges")
        if "mem_limit" not in container:
            faults.append(f"{name} may take all memory")
    return faults


def variable_faults(data: Document) -> list[str]:
    """Variables that nothing reads, keys that are missing, and passwords that stand in the file."""
    faults = []
    known = {service.name: service for service in SERVICES}
    for name, container in ours(data):
        given = container["environment"]
        service = known[container["image"].removeprefix(f"{PROJECT}/").partition(":")[0]]
        unread = given.keys() - variables(settings_class(service))
        faults += [f"{name}: {service.package} does not read {item}" for item in sorted(unread)]
        if name == service.name:
            faults += [f"{name} {problem}" for problem in key_faults(service, set(given))]
        if ("CDP_DATABASE_OWNER_URL" in given) != name.endswith("-migrate"):
            faults.append(f"{name}: the owner's credentials belong to the migration alone")
        held = {secret["target"] for secret in container.get("secrets", [])}
        files = {item for item in _file_names(container) if item not in held}
        faults += [f"{name}: {item} is not mounted" for item in sorted(files)]
        for secret in container.get("secrets", []):
            if secret["source"] not in data["secrets"]:
                faults.append(f"{name}: there is no secret {secret['source']}")
    for name, container in data["services"].items():
        for variable, value in container.get("environment", {}).items():
            if _states_a_password(variable, str(value)):
                faults.append(f"{name}: the password in {variable} is in the file")
    return faults


def _file_names(container: Document) -> Iterator[str]:
    """The secret files that a container is told to read, by variable or by argument."""
    told = [value for name, value in container["environment"].items() if name.endswith("_FILE")]
    for path in [*told, *(item for item in container.get("command", []) if item.startswith("/run/"))]:
        yield str(path).removeprefix("/run/secrets/")


def _states_a_password(variable: str, value: str) -> bool:
    login = re.search(r"://[^:@/]+:([^@]+)@", value)
    if login:
        return _VARIABLE.fullmatch(login[1]) is None
    return variable.endswith("PASSWORD") and _VARIABLE.fullmatch(value) is None
