"""The other services, as this one calls them with its own credentials."""

from typing import Annotated

from fastapi import Depends, Request

from cdp_common.clients.partners import PartnersClient
from cdp_common.clients.toms import TomsClient


async def partners_client(request: Request) -> PartnersClient:
    """partners-api, called as procurement-api."""
    client: PartnersClient = request.app.state.partners
    return client


async def toms_client(request: Request) -> TomsClient:
    """toms-engine, called as procurement-api."""
    client: TomsClient = request.app.state.toms
    return client


Partners = Annotated[PartnersClient, Depends(partners_client)]
Toms = Annotated[TomsClient, Depends(toms_client)]
