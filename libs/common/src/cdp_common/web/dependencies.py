"""What a route may ask of its application: the database and the present moment.

These are coroutines though they wait for nothing: the framework would run plain functions in a thread each.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Annotated

from fastapi import Depends, Request

from cdp_common.db.database import Database

TimeOfRequest = Callable[[Request], datetime]
"""Tells the moment of a request, as an application's `time_of`: its clock's, unless a sandbox rehearses."""

_MOMENT = "moment"


async def get_database(request: Request) -> Database:
    """The service's own database."""
    database: Database = request.app.state.database
    return database


def moment_of(request: Request) -> datetime:
    """The moment of a request by the application's clock: that at which it is first asked for."""
    state = request.scope["state"]
    moment: datetime | None = state.get(_MOMENT)
    if moment is None:
        tell: TimeOfRequest = request.app.state.time_of
        moment = state[_MOMENT] = tell(request)
    return moment


async def current_time(request: Request) -> datetime:
    """The present moment by the application's clock; one per request."""
    return moment_of(request)


ServiceDatabase = Annotated[Database, Depends(get_database)]
Now = Annotated[datetime, Depends(current_time)]
