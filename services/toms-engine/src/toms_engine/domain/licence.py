"""Who may see and use figures that their publisher does not let be passed on."""

from dataclasses import replace
from decimal import Decimal

from toms_engine.domain.edition import EditionContent, Measure, Proxy


def licences_of(content: EditionContent) -> frozenset[str]:
    """The frameworks whose licences are needed to see and use all figures of the edition."""
    return frozenset(
        licence_framework(content, proxy) for proxy in content.proxies if not proxy.redistributable
    )


def licence_framework(content: EditionContent, proxy: Proxy) -> str:
    """The framework whose licence shows a proxy's figures: for an inherited one that which it comes from."""
    return proxy.licence_framework or content.framework


def without_figures(proxy: Proxy) -> Proxy:
    """The proxy as a reader without the licence sees it: named and sourced, without value and derivation.

    The derivation goes too, because its formula and inputs would give the value away.
    """
    return replace(proxy, central_gbp=None, low_gbp=None, high_gbp=None, series=(), derivation="")


def pence_ceiling(proxy: Proxy, measure: Measure) -> Decimal:
    """A power of ten of pence that one counted unit never comes to, over all the years that it lasts.

    It says no more of a licensed figure than its number of digits.
    """
    values = [proxy.central_gbp, proxy.low_gbp, proxy.high_gbp]
    for point in proxy.series:
        values += [point.central_gbp, point.low_gbp, point.high_gbp]
    highest = max((value for value in values if value is not None), default=Decimal(0))
    pence = highest * 100
    return Decimal(10) ** max(pence.adjusted() + 1, 0) * measure.lasts_years if pence else Decimal(0)
