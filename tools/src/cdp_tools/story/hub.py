"""What the Knowledge Hub shows: pages that another partner reviewed, contacts, a training, consent."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from cdp_common.kernel.clock import utc_now
from cdp_tools.story.scene import DATA, Scene
from cdp_tools.yaml_files import read_mapping


def tell_hub(scene: Scene) -> None:
    """Partners write, review and publish the sample's pages; the place says how to take part."""
    hub = dict(read_mapping(DATA / "samples" / "knowledge-hub.yaml"))
    place = scene.url("partners-api", f"/v1/places/{scene.place_id}")
    publisher = scene.parties[hub["publisher"]]
    for checklist in sorted((DATA / "checklists").glob("*.yaml")):
        draft = dict(read_mapping(checklist))
        scene.parties["operator"].post(scene.url("partners-api", "/v1/checklists"), draft)
    for stated in hub["pages"]:
        _publish(scene, hub, stated)
    for path, drafts in (("consent-wordings", hub["wordings"]), ("hub-contacts", hub["contacts"])):
        for draft in drafts:
            publisher.post(f"{place}/{path}", draft)
    for stated in hub["gatherings"]:
        publisher.post(f"{place}/gatherings", _announcement(scene, stated))
    shown = scene.parties["anybody"].get(f"{place}/hub-pages").body["items"]
    scene.note(
        "Partners",
        "fill the Knowledge Hub, each page reviewed by another partner",
        f"{len(shown)} pages, {len(hub['gatherings'])} training",
    )


def _publish(scene: Scene, hub: dict[str, Any], stated: dict[str, Any]) -> None:
    author, reviewer, publisher = [scene.parties[hub[who]] for who in ("author", "reviewer", "publisher")]
    about = [scene.parties[key].organisation_id for key in stated["about"]]
    place = scene.url("partners-api", f"/v1/places/{scene.place_id}")
    page = author.post(f"{place}/hub-pages", {**stated["page"], "organisation_ids": about}).body
    draft = scene.url("partners-api", f"/v1/hub-drafts/{page['id']}")
    reviewer.post(f"{draft}/reviews", {"version": 1, "outcome": "approved"})
    publisher.post(f"{draft}/publication", {"version": 1})


def _announcement(scene: Scene, stated: dict[str, Any]) -> dict[str, Any]:
    day = (utc_now() + timedelta(days=stated["days_ahead"])).replace(
        hour=9, minute=0, second=0, microsecond=0
    )
    return {
        **stated["gathering"],
        "starts_at": day.isoformat(),
        "ends_at": (day + timedelta(hours=stated["hours"])).isoformat(),
        "organiser_organisation_id": scene.parties[stated["organiser"]].organisation_id,
    }
