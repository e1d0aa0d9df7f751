"""Layouts of official files as they are stored with an index and shown."""

from dataclasses import asdict
from typing import Any

from cdp_common.contracts.needs import NeedLayoutList, NeedLayoutSummary
from cdp_common.contracts.toms import Source
from toms_engine.domain.edition import Source as DomainSource
from toms_engine.domain.need_layout import NeedLayout, Ranking
from toms_engine.storage.layouts_shipped import NeedLayouts


def layout_row(layout: NeedLayout) -> dict[str, Any]:
    """What is stored of a layout with the index that was read with it."""
    return {
        "index_slug": layout.index,
        "layout": layout.layout,
        "layout_version": layout.version,
        "nation": layout.nation,
        "comparability": layout.comparability,
        "rankings": [ranking_row(ranking) for ranking in layout.rankings],
        "denominators": [{"code": one.code, "title": one.title} for one in layout.denominators],
        "population": layout.population,
        "weights_source": _source(layout.weights_source).model_dump(mode="json"),
    }


def ranking_row(ranking: Ranking) -> dict[str, Any]:
    """What is stored of a ranking: all but the names that files give it."""
    weight = ranking.weight_percent
    return {
        "code": ranking.code,
        "title": ranking.title,
        "kind": ranking.kind,
        "need": ranking.need,
        "weight_percent": None if weight is None else format(weight, "f"),
        "part_of": ranking.part_of,
    }


def list_layouts(layouts: NeedLayouts) -> NeedLayoutList:
    """The layouts of this build, by name."""
    return NeedLayoutList(items=[_summary(layouts.by_name[name]) for name in sorted(layouts.by_name)])


def _summary(layout: NeedLayout) -> NeedLayoutSummary:
    return NeedLayoutSummary(
        layout=layout.layout,
        layout_version=layout.version,
        index=layout.index,
        nation=layout.nation,
        title=layout.title,
        vintage=layout.vintage,
        area_count=layout.area_count,
        column_count=len(layout.column_keys()),
        source=_source(layout.source),
    )


def _source(source: DomainSource) -> Source:
    return Source.model_validate(asdict(source))
