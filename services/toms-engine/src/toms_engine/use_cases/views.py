"""What readers are shown: editions, measures and proxies as contracts, without figures they may not see."""

from sqlalchemy import RowMapping

from cdp_common.contracts import toms as wire
from cdp_common.kernel.licence import licence_scope
from cdp_common.web.caller import Caller
from toms_engine.domain.catalogue import Catalogue
from toms_engine.domain.edition import Measure, Proxy
from toms_engine.domain.licence import without_figures

_EDITION_FIELDS = tuple(wire.Edition.model_fields)
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
    "negative_allowed",
    "maximum_per_line",
    "valid_from",
    "valid_to",
)


def holds_licence(caller: Caller | None, framework: str) -> bool:
    """Whether the caller may see and use a framework's figures that are not redistributable."""
    return caller is not None and caller.has_scope(licence_scope(framework))


def edition_view(row: RowMapping) -> wire.Edition:
    """An edition from its row."""
    return wire.Edition.model_validate({name: row[name] for name in _EDITION_FIELDS})


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
