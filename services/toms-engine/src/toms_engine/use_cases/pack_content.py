"""From what a pack says on the wire to the domain's own edition."""

from typing import Any

from pydantic import BaseModel

from cdp_common.contracts import toms as wire
from toms_engine.domain.edition import (
    Additionality,
    Crosswalk,
    CrosswalkRow,
    EditionContent,
    Measure,
    Multiplier,
    Outcome,
    Proxy,
    SeriesPoint,
    Source,
    Theme,
)


def content_of_pack(pack: wire.FrameworkPack) -> EditionContent:
    """The edition that a pack describes."""
    return EditionContent(
        **{
            **_members(pack),
            "themes": tuple(Theme(**_members(theme)) for theme in pack.themes),
            "outcomes": tuple(Outcome(**_members(outcome)) for outcome in pack.outcomes),
            "measures": tuple(_measure(measure) for measure in pack.measures),
            "proxies": tuple(_proxy(proxy) for proxy in pack.proxies),
            "multipliers": tuple(_multiplier(row) for row in pack.multipliers),
            "crosswalks": tuple(_crosswalk(crosswalk) for crosswalk in pack.crosswalks),
        }
    )


def _members(model: BaseModel) -> dict[str, Any]:
    """The model's own members; those that are models stay models."""
    return dict(model)


def _measure(measure: wire.PackMeasure) -> Measure:
    additionality = measure.additionality
    return Measure(
        **{
            **_members(measure),
            "additionality": Additionality(**_members(additionality)) if additionality is not None else None,
            "excludes": tuple(measure.excludes),
            "target_groups": tuple(measure.target_groups),
            "evidence": tuple(measure.evidence),
            "needs": tuple(measure.needs),
            "objectives": tuple(measure.objectives),
        }
    )


def _proxy(proxy: wire.PackProxy) -> Proxy:
    return Proxy(
        **{
            **_members(proxy),
            "sources": tuple(Source(**_members(source)) for source in proxy.sources),
            "series": tuple(SeriesPoint(**_members(point)) for point in proxy.series),
        }
    )


def _multiplier(row: wire.LocalMultiplier) -> Multiplier:
    return Multiplier(**{**_members(row), "source": Source(**_members(row.source))})


def _crosswalk(crosswalk: wire.Crosswalk) -> Crosswalk:
    rows = tuple(CrosswalkRow(**_members(row)) for row in crosswalk.rows)
    return Crosswalk(**{**_members(crosswalk), "rows": rows})
