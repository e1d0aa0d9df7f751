"""Who publishes OCDS releases here, as the settings name it."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Request

from procurement_api.domain.packages import Publisher


async def publisher(request: Request) -> Publisher:
    """The publisher of this deployment."""
    found: Publisher = request.app.state.publisher
    return found


Publishing = Annotated[Publisher, Depends(publisher)]
