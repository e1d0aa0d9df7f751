"""What a start refuses before anything runs: a line that says what is wrong, and exit status 2."""

from collections.abc import Sequence

import pytest
from fastapi import FastAPI

from cdp_common.web.run import main, migrate_service
from cdp_common.web.settings import ServiceSettings


def never(settings: ServiceSettings) -> FastAPI:
    raise AssertionError("nothing is made for a start that cannot work")


@pytest.mark.parametrize(
    "arguments, environment, message",
    [
        (["migrat"], {}, "usage: python -m front [migrate]"),
        (["migrate", "now"], {}, "usage: python -m front [migrate]"),
        ([], {"CDP_PORT": "x"}, "port: Input should be a valid integer"),
        ([], {"CDP_MODE": "live"}, "live needs an audience of its own"),
    ],
)
def test_a_start_that_cannot_work_says_why(
    arguments: Sequence[str],
    environment: dict[str, str],
    message: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(SystemExit) as ended:
        main("front", f"{__name__}:never", ServiceSettings, None, arguments)
    assert ended.value.code == 2
    told = capsys.readouterr()
    assert message in told.err
    assert told.out == ""


@pytest.mark.parametrize(
    "schema, message", [(None, "front has no database"), ("front", "CDP_DATABASE_OWNER_URL is not set")]
)
def test_migrating_what_has_no_database_says_so(
    schema: str | None, message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        migrate_service("front", ServiceSettings(), schema)
    assert ended.value.code == 2
    assert capsys.readouterr().err == f"{message}\n"
