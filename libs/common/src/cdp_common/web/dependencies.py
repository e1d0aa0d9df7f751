"""What a route may ask of its application: the database and the present moment.

These are coroutines though they wait for nothing: the framework would run plain functions in a thread each.
"""

from datetime import datetime
from typing import Annotated

from fastapi import Depends, Request

from cdp_common.db.database import Database
from cdp_common.kernel.clock import Clock


async def get_database(request: Request) -> Database:
    """The service's own database."""
    database: Database = request.app.state.database
    return database


async def current_time(request: Request) -> datetime:
    """The present moment by the application's clock; one per request."""
    clock: Clock = request.app.state.clock
    return clock()


ServiceDatabase = Annotated[Database, Depends(get_database)]
Now = Annotated[datetime, Depends(current_time)]
