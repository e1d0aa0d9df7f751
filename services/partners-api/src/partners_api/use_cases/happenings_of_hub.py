"""The events of a Knowledge Hub: what happened, and who may read that it did."""

from cdp_common.contracts.hub import HubPageChanged
from cdp_common.db.events import INTERNAL, PUBLIC, NewEvent
from partners_api.domain.hub_pages import HubPage, HubStepKind


def hub_page_event(step: HubStepKind, page: HubPage, version: int) -> NewEvent:
    """A page took a step; until it is published, the platform's services alone hear of it."""
    payload = HubPageChanged(
        page_id=page.id, place_id=page.place_id, kind=page.kind, slug=page.slug, version=version
    )
    return NewEvent(
        type=f"hub_page.{step}",
        aggregate_type="hub_page",
        aggregate_id=page.id,
        aggregate_version=page.steps_taken,
        place_id=page.place_id,
        audience=(PUBLIC,) if step in ("published", "withdrawn") else (INTERNAL,),
        data=payload.model_dump(mode="json"),
    )
