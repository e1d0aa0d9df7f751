"""What readers are shown: editions, measures and proxies as contracts, without figures they may not see."""

from sqlalchemy import RowMapping

from cdp_common.contracts import toms as wire
from cdp_common.kernel.licence import licence_scope
from cdp_common.web.caller import Caller
from toms_engine.domain.catalogue import Catalogue
from toms_engine.domain.edition import Crosswalk, EditionContent, Measure, Proxy
from toms_engine.domain.licence import licences_of, without_figures
from toms_engine.storage.edition_rows import crosswalk_of

_EDITION_FIELDS = tuple(wire.Edition.model_fields.keys() - {"tailors", "tags", "crosswalks"})
_SAME_IN_MEASURE = (
    "code",
    "title",
    "guidance",
    "unit",
    "decimals",
    "accumulation",
    "year_rule",
    "valuation",
    "additionality",
    "drop_off",
    "lasts_years",
    "target_groups",
    "evidence",
    "needs",
    "objectives",
    "tags",
    "negative_allowed",
    "maximum_per_line",
    "valid_from",
    "valid_to",
    "origin",
    "changed",
    "revalued_because",
)


def holds_licence(caller: Caller | None, content: EditionContent) -> bool:
    """Whether the caller may see and use every figure of an edition, those that are licensed included.

    A tailored edition holds its parents' licensed figures under their licences, so it may take several.
    """
    held = caller.has_scope if caller is not None else lambda _: False
    return all(held(licence_scope(framework)) for framework in licences_of(content))


def edition_view(row: RowMapping) -> wire.Edition:
    """An edition from its row."""
    parent = {"framework": row["parent_framework"], "edition": row["parent_edition"]}
    return wire.Edition.model_validate(
        {
            **{name: row[name] for name in _EDITION_FIELDS},
            "tailors": {**parent, "edition_hash": row["derived_from"]} if row["parent_framework"] else None,
            "tags": {tag["code"]: tag["title"] for tag in row["tags"]},
            "crosswalks": [crosswalk_view(crosswalk_of(document)) for document in row["crosswalks"]],
        }
    )


def crosswalk_view(crosswalk: Crosswalk) -> wire.Crosswalk:
    """A crosswalk, and whether it adds up: what the pack promised is what it does."""
    view = wire.Crosswalk.model_validate(crosswalk, from_attributes=True)
    return view.model_copy(update={"additive": crosswalk.adds_up})


def measure_view(book: Catalogue, measure: Measure, *, licensed: bool) -> wire.Measure:
    """A measure with its theme, outcome, proxy and closed exclusions."""
    proxy = book.proxy_of(measure)
    return wire.Measure.model_validate(
        {
            **{name: getattr(measure, name) for name in _SAME_IN_MEASURE},
            "edition_hash": book.edition_hash,
            "framework": book.content.framework,
            "edition": book.content.edition,
            "theme": book.theme_of(measure),
            "outcome": book.outcomes[measure.outcome],
            "component": _component(measure, proxy),
            "proxy": proxy_view(proxy, licensed=licensed) if proxy is not None else None,
            "excludes": book.excludes[measure.code],
        },
        from_attributes=True,
    )


def proxy_view(proxy: Proxy, *, licensed: bool) -> wire.Proxy:
    """A proxy; without its licence its values and derivation are null."""
    if proxy.redistributable or licensed:
        return wire.Proxy.model_validate(proxy, from_attributes=True)
    hidden = wire.Proxy.model_validate(without_figures(proxy), from_attributes=True)
    return hidden.model_copy(update={"derivation": None})


def _component(measure: Measure, proxy: Proxy | None) -> str | None:
    if measure.valuation == "local_multiplier":
        return "local_economic"
    return proxy.component if proxy is not None else None
