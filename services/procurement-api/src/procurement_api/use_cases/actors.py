"""Who acts: the client, its own organisation, and the person at it, kept with everything that is done."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cdp_common.contracts.base import ActedBy
from cdp_common.web.caller import Caller


def acted_by(caller: Caller) -> ActedBy:
    """Who acts, whomever it acts for."""
    return ActedBy(organisation_id=caller.act, client_id=caller.client_id, person_id=caller.sub)


def actor_row(caller: Caller, by: str = "acted_by", prefix: str = "") -> dict[str, Any]:
    """Who acts, as `actor_columns` store it."""
    return {by: caller.act, f"{prefix}client_id": caller.client_id, f"{prefix}person_id": caller.sub}


def actor_answer(row: Mapping[Any, Any], by: str = "acted_by", prefix: str = "") -> ActedBy | None:
    """Who acted; None where the platform did, or nobody was kept."""
    if row[by] is None:
        return None
    return ActedBy(
        organisation_id=row[by], client_id=row[f"{prefix}client_id"], person_id=row[f"{prefix}person_id"]
    )
