"""What every test may use, and which tests one worker has to run together."""

import gc

import pytest
from hypothesis import settings
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

# How long one example takes says more about who else uses the machine than about the code.
settings.register_profile("suite", deadline=None)
settings.load_profile("suite")

pytest_plugins = ["cdp_common.testing.plugin"]

TOGETHER = (
    "tests/e2e/",
    "tests/integration/licence/",
    "tests/soak/test_kills",
    "tests/soak/test_fuzz",
    "tests/contract/",
    "tests/unit/data/",
)
"""How the paths of tests begin that share something dear to make: a platform, a history, every snapshot."""


class Groups(LoadScopeScheduling):  # type: ignore[misc]  # pytest-xdist ships no types
    """Hands out tests one by one, those of a group all to one worker, the largest group first.

    The groups of `--dist loadgroup` do that by marks, but pytest-xdist 3.8 loses the marks under pytest 9.2.
    """

    def _split_scope(self, nodeid: str) -> str:
        return _group_of(nodeid)


def _group_of(nodeid: str) -> str:
    return next((begins for begins in TOGETHER if nodeid.startswith(begins)), nodeid)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the tests of a group behind one another, so that what they share can go when the last is done.

    A platform that has nothing more to do still asks for news; left until the end, several take half of the
    machine. A fixture of scope `package` ends with its folder only where that is a package.
    """
    places: dict[str, int] = {}
    items.sort(key=lambda item: places.setdefault(_group_of(item.nodeid), len(places)))


def pytest_collection_finish() -> None:
    """Leave what the collection has made out of every later search for garbage: it stays to the end."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> Groups | None:
    """Take the place of pytest-xdist's own scheduling by groups."""
    return Groups(config, log) if config.getvalue("dist") == "loadgroup" else None
