"""The events of toms-engine: what counts, and where need is."""

from __future__ import annotations

from cdp_common.contracts.base import Contract
from cdp_common.contracts.event_types.declared import EventType


class EditionDrafted(Contract):
    """A draft of an edition as it was stored."""

    framework: str
    edition: str
    edition_hash: str


class EditionPublished(EditionDrafted):
    """An edition that is published, and the one that it tailors, if any."""

    title: str
    derived_from: str | None  # the edition hash of the parent


class NeedIndexImported(Contract):
    """How much of an index of deprivation was taken over; places are named where the import names them."""

    index: str
    places: list[str]
    area_count: int


class NeedBoundariesAttached(Contract):
    """How many areas of an index have boundaries now."""

    index: str
    area_count: int


class NeedBandingPublished(Contract):
    """Which version of its bands of need a place published."""

    index: str
    place: str
    version: int


class LookupImported(Contract):
    """Which lookup of areas was taken over: its kind, its layout, its edition."""

    kind: str
    layout: str
    edition: str
    row_count: int


_EVERYBODY = "everybody"

EVENT_TYPES = (
    EventType(
        "edition.drafted",
        "edition",
        EditionDrafted,
        "A draft of a framework's edition was stored or replaced.",
        "the framework's owner",
    ),
    EventType(
        "edition.published",
        "edition",
        EditionPublished,
        "A framework's edition was published; it never changes from now on.",
        _EVERYBODY,
    ),
    EventType(
        "need_index.imported",
        "need_import",
        NeedIndexImported,
        "Areas of an index of deprivation were taken over.",
        _EVERYBODY,
    ),
    EventType(
        "need_boundaries.attached",
        "need_boundary_file",
        NeedBoundariesAttached,
        "Boundaries of an index's areas were taken over.",
        _EVERYBODY,
    ),
    EventType(
        "need_banding.published",
        "need_banding",
        NeedBandingPublished,
        "A place published a version of its bands of need.",
        _EVERYBODY,
    ),
    EventType(
        "lookup.imported",
        "lookup",
        LookupImported,
        "A lookup from one kind of area to another was taken over.",
        _EVERYBODY,
    ),
)
