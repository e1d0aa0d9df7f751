"""What every test may use, and which tests one worker has to run together."""

import atexit
import gc
import os
import sys
from collections.abc import Callable, Iterator
from functools import cache

import pytest
from hypothesis import settings
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

from cdp_common.testing.postgres import quick_folder

gc.disable()  # until all is collected: what is imported meanwhile stays, and was searched again and again

# The HTTP client asks for each request whether it runs on trio, by looking for this module on the whole path.
sys.modules["sniffio"] = None  # type: ignore[assignment]  # what is None is known to be absent

if "PYTEST_XDIST_WORKER" in os.environ:
    # All is told by then: to take apart whatever was imported would keep everyone waiting for seconds.
    atexit.register(os._exit, 0)

# What tests write waits for no disk: the platforms among them make, keep and remove whole databases.
os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(quick_folder()))

# How long one example takes says more about who else uses the machine than about the code.
settings.register_profile("suite", deadline=None)
settings.load_profile("suite")

pytest_plugins = ["cdp_common.testing.plugin"]

TOGETHER = (
    "tests/e2e/",
    "tests/integration/reporting_api/",
    "tests/soak/test_fuzz",
    "tests/integration/procurement_api/",
    "tests/integration/partners_api/",
    "tests/integration/tools/",
    "tests/contract/",
    "tests/integration/licence/",
    "tests/integration/toms_engine/",
    "tests/integration/gateway/",
    "tests/integration/common_web/",
    "tests/soak/test_kills",
    "tests/integration/common_webhooks/",
    "tests/integration/common/",
    "tests/integration/charter_api/",
    "tests/integration/embedded/",
    "tests/unit/data/",
)
"""How the paths of tests begin that share something dear to make, those that take longest first.

It is a platform, a history, every snapshot; in a service's folder the migrated database and the routes, which
FastAPI prepares when they are first asked for. What begins otherwise is a group by the file.
"""


class Groups(LoadScopeScheduling):  # type: ignore[misc]  # pytest-xdist ships no types
    """Hands out tests group by group, in the order in which the groups were put.

    The groups of `--dist loadgroup` do that by marks, but pytest-xdist 3.8 loses the marks under pytest 9.2.
    Were each test a group, the handing out itself would take seconds: it counts what each worker was given.
    """

    def _split_scope(self, nodeid: str) -> str:
        return _group_of(nodeid)


@cache
def _group_of(nodeid: str) -> str:
    file = nodeid.partition("::")[0]
    return next((begins for begins in TOGETHER if file.startswith(begins)), file)


def pytest_configure(config: pytest.Config) -> None:
    """Let every other worker read the tests from the end.

    Where nothing was read before, each compiles what it comes to first and takes the rest from the others.
    """
    if int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")) % 2:
        config.args.reverse()


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> Iterator[None]:
    """Put the tests of a group behind one another, so that what they share can go when the last is done.

    A platform that has nothing more to do still asks for news; left until the end, several take half of the
    machine. A fixture of scope `package` ends with its folder only where that is a package. Long groups come
    first, so that in the end no worker waits for another.
    """
    if "PYTEST_XDIST_WORKER" in os.environ:
        items.sort(key=lambda item: item.nodeid)  # each has read them in an order of its own
    yield
    places = {group: place for place, group in enumerate(TOGETHER)}
    items.sort(key=lambda item: places.setdefault(_group_of(item.nodeid), len(places)))


def pytest_collection_finish() -> None:
    """Leave what the collection has made out of every later search for garbage: it stays to the end."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)
    gc.enable()


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> Groups | None:
    """Take the place of pytest-xdist's own scheduling by groups."""
    if config.getvalue("dist") != "loadgroup":
        return None
    config.option.loadscopereorder = False  # the order of the collection, not of the numbers of tests
    return Groups(config, log)


@pytest.fixture
def say(capsys: pytest.CaptureFixture[str]) -> Callable[[str], None]:
    """Prints a figure past pytest's capture."""

    def print_now(line: str) -> None:
        with capsys.disabled():
            sys.stdout.write(f"\n  {line}")
            sys.stdout.flush()

    return print_now
