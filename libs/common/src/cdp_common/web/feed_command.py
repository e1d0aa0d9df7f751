"""`python -m <package> feeds …`: what an operator asks about the feeds that a service follows.

Run in the service's container, or by `cdp feeds` on one machine, while the service runs. Answers are lines of
JSON; a refusal is one line on standard error. The exit status is 1 when something is (still) set aside, and 2
when the command was refused.
"""

from __future__ import annotations

import asyncio
import gc
import json
import sys
from argparse import ArgumentParser, ArgumentTypeError, Namespace
from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import asdict
from typing import Any, NoReturn
from uuid import UUID

from pydantic import ValidationError

from cdp_common.contracts.base import EventEnvelope
from cdp_common.db.consumer import Followed
from cdp_common.db.database import Database
from cdp_common.db.feed_repairs import (
    MAX_REPLAYED,
    FeedStanding,
    RewindRefused,
    feed_standings,
    replay_parked,
    rewind,
)
from cdp_common.db.parking import MAX_LISTED, ParkedEvent, list_parked
from cdp_common.kernel.errors import CdpError
from cdp_common.web.logs import configure_logging
from cdp_common.web.settings import KeyFileUnusable, ServiceSettings
from cdp_common.web.wiring import service_database

EXIT_PARKED = 1
EXIT_REFUSED = 2
DEFAULT_LISTED = 100
MAX_POSITION = 2**63 - 1

FeedsOf = Callable[[Any, Database], AbstractAsyncContextManager[Sequence[Followed]]]
"""Opens the feeds that a service with these settings follows, for as long as the context lasts."""

Answer = tuple[list[dict[str, Any]], int]
"""The lines to print, and the exit status."""


class FeedRefusal(Exception):
    """What was asked cannot be done; the words say why."""


def main(
    settings_class: type[ServiceSettings], schema: str, feeds_of: FeedsOf, arguments: Sequence[str]
) -> NoReturn:
    """Do what the arguments ask, print it and end."""
    gc.freeze()
    gc.enable()
    asked = arguments_of(arguments)
    configure_logging(f"{schema}-feeds", "WARNING", sys.stderr)  # what it answers alone is on standard output
    try:
        settings = settings_class()
        if settings.database_url is None:
            raise FeedRefusal("CDP_DATABASE_URL is not set")
        lines, status = asyncio.run(_answer(settings, schema, feeds_of, asked))
    except ValidationError as fault:
        _fail("; ".join(f"{'.'.join(map(str, each['loc']))}: {each['msg']}" for each in fault.errors()))
    except CdpError as fault:
        _fail(f"{fault.code}: {fault.detail}")
    except (FeedRefusal, RewindRefused, KeyFileUnusable) as fault:
        _fail(str(fault))
    sys.stdout.write("".join(json.dumps(line) + "\n" for line in lines))
    raise SystemExit(status)


async def answer(database: Database, feeds: Sequence[Followed], asked: Namespace) -> Answer:
    """What the command says, once the feeds are known; `FeedRefusal` or `RewindRefused` when it may not."""
    if asked.what == "list":
        return await _list(database, feeds)
    feed = next((each for each in feeds if each.source == asked.source), None)
    if feed is None:
        known = ", ".join(each.source for each in feeds)
        raise FeedRefusal(f"this service does not follow a feed “{asked.source}”; it follows: {known}")
    match asked.what:
        case "show":
            return await _show(database, feed, asked)
        case "replay":
            return await _replay(database, feed, asked)
        case _:
            return await _rewind(database, feed, asked)


def arguments_of(given: Sequence[str]) -> Namespace:
    """What is asked for; it ends the process with words of how to ask when that cannot be read."""
    return _parser().parse_args(given)


async def _answer(settings: ServiceSettings, schema: str, feeds_of: FeedsOf, asked: Namespace) -> Answer:
    database = service_database(settings, schema)
    try:
        async with feeds_of(settings, database) as feeds:
            return await answer(database, feeds, asked)
    finally:
        await database.dispose()


async def _list(database: Database, feeds: Sequence[Followed]) -> Answer:
    async with database.begin() as tx:
        standings = await feed_standings(tx, [feed.source for feed in feeds])
    return [_standing(each) for each in standings], _status(*standings)


async def _show(database: Database, feed: Followed, asked: Namespace) -> Answer:
    if asked.position is None:
        async with database.begin() as tx:
            parked = await list_parked(tx, feed.source, after=asked.after, limit=asked.limit)
        return [_parked(each) for each in parked], EXIT_PARKED if parked else 0
    async with database.begin() as tx:
        parked = await list_parked(tx, feed.source, after=asked.position - 1, limit=1)
    if not parked or parked[0].event.position != asked.position:
        raise FeedRefusal(f"event {asked.position} of {feed.source} is not set aside")
    return [{**_parked(parked[0]), "event": parked[0].event.model_dump(mode="json")}], EXIT_PARKED


async def _replay(database: Database, feed: Followed, asked: Namespace) -> Answer:
    done = await replay_parked(database, feed, aggregate_id=asked.aggregate, limit=asked.limit)
    async with database.begin() as tx:
        [standing] = await feed_standings(tx, [feed.source])
    said = {"applied": done.applied, "failed_again": list(done.failed)}
    return [{**_standing(standing), **said}], _status(standing)


async def _rewind(database: Database, feed: Followed, asked: Namespace) -> Answer:
    async with database.begin() as tx:
        before = await rewind(tx, feed.source, asked.position)
        [standing] = await feed_standings(tx, [feed.source])
    return [{**_standing(standing), "position_before": before}], 0


def _standing(standing: FeedStanding) -> dict[str, Any]:
    read_at = None if standing.read_at is None else standing.read_at.isoformat()
    return {**asdict(standing), "read_at": read_at}


def _parked(parked: ParkedEvent) -> dict[str, Any]:
    event: EventEnvelope = parked.event
    return {
        "position": event.position,
        "type": event.type,
        "aggregate_type": event.aggregate_type,
        "aggregate_id": str(event.aggregate_id),
        "attempts": parked.attempts,
        "last_error": parked.last_error,
        "first_failed_at": parked.first_failed_at.isoformat(),
        "last_failed_at": parked.last_failed_at.isoformat(),
    }


def _status(*standings: FeedStanding) -> int:
    return EXIT_PARKED if any(standing.parked_events for standing in standings) else 0


def _parser() -> ArgumentParser:
    parser = ArgumentParser(prog="feeds", description="The feeds of other services that this one follows.")
    acts = parser.add_subparsers(dest="what", required=True)
    acts.add_parser("list", help="how far each feed was read, and how much is set aside")
    show = acts.add_parser("show", help="the events of a feed that are set aside, and why")
    show.add_argument("source")
    show.add_argument("position", nargs="?", type=_whole(0, MAX_POSITION), help="one event, with its data")
    show.add_argument("--after", type=_whole(0, MAX_POSITION), default=0)
    show.add_argument("--limit", type=_whole(1, MAX_LISTED), default=DEFAULT_LISTED)
    replay = acts.add_parser("replay", help="apply what is set aside, each aggregate in its order")
    replay.add_argument("source")
    replay.add_argument("--aggregate", type=UUID, help="only what is about this one")
    replay.add_argument("--limit", type=_whole(1, MAX_REPLAYED), default=MAX_REPLAYED)
    back = acts.add_parser("rewind", help="set the cursor back, so that what follows it is told again")
    back.add_argument("source")
    back.add_argument("position", type=_whole(0, MAX_POSITION))
    return parser


def _whole(least: int, most: int) -> Callable[[str], int]:
    def number(text: str) -> int:
        if not text.isdecimal() or not least <= int(text) <= most:
            raise ArgumentTypeError(f"must be a whole number from {least} to {most}")
        return int(text)

    return number


def _fail(message: str) -> NoReturn:
    sys.stderr.write(message + "\n")
    raise SystemExit(EXIT_REFUSED)
