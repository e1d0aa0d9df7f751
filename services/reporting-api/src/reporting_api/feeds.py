"""`python -m reporting_api feeds …`: what an operator asks about the feeds that this service follows."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import NoReturn

from cdp_common.clients.partners import PartnersClient
from cdp_common.clients.toms import TomsClient
from cdp_common.clients.upstream import open_http
from cdp_common.db.consumer import Followed
from cdp_common.db.database import Database
from cdp_common.kernel.clock import utc_now
from cdp_common.web import feed_command
from cdp_common.web.wiring import own_tokens
from reporting_api.settings import SCHEMA, Settings
from reporting_api.use_cases.follow_feeds import feeds_followed
from reporting_api.use_cases.take_events import EventTaker


def main(arguments: Sequence[str]) -> NoReturn:
    """Do what the arguments ask, print it and end."""
    feed_command.main(Settings, SCHEMA, _feeds, arguments)


@asynccontextmanager
async def _feeds(settings: Settings, database: Database) -> AsyncIterator[Sequence[Followed]]:
    http = open_http()
    try:
        tokens = own_tokens(settings, http)
        toms = TomsClient(settings.toms_url, tokens, http)
        partners = PartnersClient(settings.partners_url, tokens, http)
        yield feeds_followed(EventTaker(database, toms, partners, utc_now))
    finally:
        await http.aclose()
