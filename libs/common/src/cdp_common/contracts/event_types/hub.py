"""The events of a Knowledge Hub and of what the public takes part in; partners-api tells them."""

from __future__ import annotations

from cdp_common.contracts.event_types.declared import EventType
from cdp_common.contracts.gatherings import GatheringChanged, RegistrationChanged
from cdp_common.contracts.hub import HubPageChanged
from cdp_common.contracts.public_voice import IdeaChanged, SupporterChanged

_EVERYBODY = "everybody"
_SERVICES = "the platform's services alone"
_ORGANISER = "the organisation that holds the gathering"
_READERS_OF_IDEA = "everybody while the idea shows; otherwise the platform's services alone"


def _page(name: str, means: str, readers: str) -> EventType:
    return EventType(name, "hub_page", HubPageChanged, means, readers)


def _registration(name: str, means: str) -> EventType:
    return EventType(name, "gathering_registration", RegistrationChanged, means, _ORGANISER)


def _idea(name: str, means: str) -> EventType:
    return EventType(name, "idea", IdeaChanged, means, _READERS_OF_IDEA)


EVENT_TYPES = (
    _page("hub_page.drafted", "A version of a page was written.", _SERVICES),
    _page("hub_page.returned", "A version went back to its author.", _SERVICES),
    _page("hub_page.reviewed", "A version was approved by somebody else.", _SERVICES),
    _page("hub_page.published", "A version of a page is shown to everybody.", _EVERYBODY),
    _page("hub_page.withdrawn", "A page is shown no longer.", _EVERYBODY),
    EventType(
        "gathering.announced",
        "gathering",
        GatheringChanged,
        "A training or an event was announced.",
        _EVERYBODY,
    ),
    EventType(
        "gathering.changed",
        "gathering",
        GatheringChanged,
        "What is said of a gathering changed: its time, its place, or how many can come.",
        _EVERYBODY,
    ),
    EventType(
        "gathering.cancelled", "gathering", GatheringChanged, "A gathering was called off.", _EVERYBODY
    ),
    _registration("gathering_registration.made", "Somebody registered, or waits for a place."),
    _registration("gathering_registration.moved_up", "Who waited longest has a place now."),
    _registration("gathering_registration.cancelled", "Somebody gave up a place, or waits no more."),
    _idea("idea.received", "Somebody sent an idea or feedback."),
    _idea("idea.shown", "A moderator let an idea show."),
    _idea("idea.declined", "A moderator declined an idea."),
    _idea("idea.removed", "An idea was removed with its words."),
    EventType(
        "supporter.registered", "supporter", SupporterChanged, "Somebody supports the programme.", _SERVICES
    ),
    EventType(
        "supporter.withdrawn", "supporter", SupporterChanged, "Somebody supports it no more.", _SERVICES
    ),
)
