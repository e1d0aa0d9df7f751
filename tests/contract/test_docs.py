"""The pages lead where they say, and nothing committed tells of the machine on which it was written."""

import importlib.util
import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "data").rglob("*.md")])

_FENCE = re.compile(r"^(```|~~~).*?^\1", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"!?\[[^\]]*\]\(\s*<?([^)\s>]+)>?(?:\s+\"[^\"]*\")?\s*\)")
_REFERENCE = re.compile(r"^\[[^\]]+\]:\s+<?(\S+?)>?\s*$", re.MULTILINE)
_HEADING = re.compile(r"^#+\s+(.*?)\s*#*$", re.MULTILINE)

# Where a build machine keeps its checkouts and homes. Put together, so that this file does not hold them.
_MACHINE_FOLDERS = "|".join(("work", "root", "home/[a-z][a-z0-9_-]*", "Users/[A-Za-z][A-Za-z0-9_-]*"))
_MACHINE_PATH = re.compile(rf"(?<![\w.:/$}}\)>*-])/(?:{_MACHINE_FOLDERS})/")
_INDEX_HOSTS = ("pypi" + ".org", "pythonhosted" + ".org", "registry.npmjs" + ".org")
_INDEX_VARIABLES = (
    "PIP_INDEX_URL",
    "PIP_EXTRA_INDEX_URL",
    "PIP_FIND_LINKS",
    "UV_INDEX",
    "UV_INDEX_URL",
    "UV_DEFAULT_INDEX",
    "UV_EXTRA_INDEX_URL",
    "NPM_CONFIG_REGISTRY",
)


def links(text: str) -> list[str]:
    """Where a page's links lead; code is not read."""
    prose = re.sub(r"`[^`\n]*`", "", _FENCE.sub("", text))
    return [*_LINK.findall(prose), *_REFERENCE.findall(prose)]


def anchors(text: str) -> set[str]:
    """The anchors that a page's headings get."""
    made = set()
    for heading in _HEADING.findall(_FENCE.sub("", text)):
        plain = re.sub(r"[^\w\s-]", "", heading.replace("`", "").lower())
        made.add(plain.replace(" ", "-"))
    return made


def has_anchor(target: Path, fragment: str) -> bool:
    """Whether a page has a heading for the fragment; other files are taken at their word."""
    return target.suffix != ".md" or fragment in anchors(target.read_text(encoding="utf-8"))


def dead_links(page: Path) -> list[str]:
    """The relative links of a page that lead nowhere."""
    found = []
    for link in links(page.read_text(encoding="utf-8")):
        parts = urlsplit(link)
        if parts.scheme or parts.netloc:
            continue
        target = (page.parent / unquote(parts.path)).resolve() if parts.path else page
        if not target.exists() or (parts.fragment and not has_anchor(target, parts.fragment)):
            found.append(link)
    return found


def committed_texts() -> Iterator[tuple[str, str]]:
    """Every text file that is or would be committed, by its path in the repository."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=ROOT,
        capture_output=True,
        check=True,
    )
    for name in filter(None, listed.stdout.decode().split("\0")):
        file = ROOT / name
        if not file.is_file():
            continue  # removed, and the removal not committed yet
        content = file.read_bytes()
        if b"\0" not in content:
            yield name, content.decode("utf-8")


def traces(text: str, hosts: tuple[str, ...]) -> list[str]:
    """Paths of a build machine and hosts of package indices in a text."""
    found = [match.group() for match in _MACHINE_PATH.finditer(text)]
    return found + [host for host in hosts if host in text]


def index_hosts() -> tuple[str, ...]:
    """The public package indices, and those that this machine is configured for."""
    configured = " ".join(os.environ.get(name, "") for name in _INDEX_VARIABLES).split()
    hosts = (urlsplit(address).hostname for address in configured)
    return (*_INDEX_HOSTS, *(host for host in hosts if host))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_relative_link_leads_to_a_file(page: Path):
    assert dead_links(page) == []


def test_there_is_a_page_to_start_from():
    assert ROOT / "README.md" in PAGES


README = (ROOT / "README.md").read_text(encoding="utf-8")
SERVICE = ROOT / "services" / "procurement-api" / "src" / "procurement_api"


def test_the_first_page_says_who_could_open_a_sealed_bid():
    said = " ".join(README.replace("*", "").split())
    assert "whoever holds the sealing key file and the database could open bids early" in said
    assert "a second custodian of the file, or a KMS that unwraps only after closing, removes that" in said


def test_the_request_that_the_first_page_traces_goes_through_files_that_there_are():
    traced = README.partition("## One request, traced")[2].partition("\n## ")[0]
    paths = re.findall(r"`([a-z_/.-]+\.py)`", traced)
    modules = re.findall(r"`(cdp_common(?:\.[a-z_]+)+)(?:\.[A-Z]\w+)?`", traced)
    assert len(paths) >= 6
    assert len(modules) >= 3
    assert [path for path in paths if not (ROOT / path).is_file() and not (SERVICE / path).is_file()] == []
    assert [module for module in modules if importlib.util.find_spec(module) is None] == []


def test_nothing_committed_tells_of_the_machine_it_was_written_on():
    hosts = index_hosts()
    found = {name: traces(text, hosts) for name, text in committed_texts()}
    assert {name: what for name, what in found.items() if what} == {}


def test_locks_name_versions_and_hashes_and_no_address():
    locks = {name: text for name, text in committed_texts() if name.endswith((".lock", "package-lock.json"))}
    assert {"requirements/dev.lock", "tests/node/package-lock.json"} <= locks.keys()
    assert [name for name, text in locks.items() if "://" in text] == []


def test_a_link_that_leads_nowhere_is_found(tmp_path: Path):
    (tmp_path / "other.md").write_text("# What `it` is, and why\n")
    page = tmp_path / "page.md"
    page.write_text(
        "[good](other.md) [part](other.md#what-it-is-and-why) [site](https://example.org/x)\n"
        "[gone](missing.md) ![picture](pictures/gone.png) [no part](other.md#nowhere) [here](#nowhere)\n"
        "[ref]: also/gone.md\n`[code](not-a-link.md)`\n```\n[code](not-a-link.md)\n```\n"
    )
    assert dead_links(page) == [
        "missing.md",
        "pictures/gone.png",
        "other.md#nowhere",
        "#nowhere",
        "also/gone.md",
    ]


@pytest.mark.parametrize(
    "text, is_found",
    [
        ("cd " + "/work" + "/main && make", True),
        ('"' + "/root" + '/.cache"', True),
        ("file:///home" + "/someone/x", False),  # an address, not a path of a machine
        ("see /home" + "/someone/x", True),
        ("https://example.org" + "/work" + "/main", False),
        ("{folder}" + "/work" + "/x", False),
        ("index: https://files." + _INDEX_HOSTS[1], True),
        ("homework and /workers/", False),
    ],
)
def test_a_trace_of_a_machine_is_found(text: str, is_found: bool):
    assert bool(traces(text, _INDEX_HOSTS)) is is_found
