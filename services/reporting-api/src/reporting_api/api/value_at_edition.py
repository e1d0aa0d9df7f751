"""The route for a place's value at one constant edition."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Security

from cdp_common.contracts.base import Moment, Sha256
from cdp_common.contracts.value_at_edition import ValueAtEdition
from cdp_common.web.caller import Caller
from cdp_common.web.dependencies import Now, ServiceDatabase
from cdp_common.web.identity import signed_caller
from reporting_api.api.dependencies import Memory, Toms, Window
from reporting_api.use_cases import read_value_at_edition

router = APIRouter(tags=["collective value"])


@router.get("/v1/places/{place_id}/value-at-edition")
async def get_value_at_edition(
    place_id: UUID,
    caller: Annotated[Caller, Security(signed_caller, scopes=["reporting:read"])],
    window: Window,
    edition_hash: Annotated[Sha256, Query(description="The edition at which all of it is valued.")],
    db: ServiceDatabase,
    toms: Toms,
    now: Now,
    memory: Memory,
    as_of: Annotated[Moment | None, Query(description="As known at this moment; now without it.")] = None,
) -> ValueAtEdition:
    """Live: the four figures as they are recorded, and beside them at one constant edition.

    Quantities are carried over and priced anew, figure by figure and measure by measure. What the edition
    does not have, counts differently or cannot value is named with the reason, and so is what is licensed.
    """
    return await read_value_at_edition.get_value_at_edition(
        db, toms, caller, place_id, window, edition_hash, as_of=as_of, now=now, memory=memory
    )
