"""`python -m charter_api feeds …`: what an operator asks about the feed that this service follows."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import NoReturn

from cdp_common.db.consumer import Followed
from cdp_common.db.database import Database
from cdp_common.web import feed_command
from charter_api.settings import SCHEMA, Settings
from charter_api.use_cases.follow_partners import SOURCE, partners_follower


def main(arguments: Sequence[str]) -> NoReturn:
    """Do what the arguments ask, print it and end."""
    feed_command.main(Settings, SCHEMA, _feeds, arguments)


@asynccontextmanager
async def _feeds(settings: Settings, database: Database) -> AsyncIterator[Sequence[Followed]]:
    yield [Followed(SOURCE, partners_follower())]
