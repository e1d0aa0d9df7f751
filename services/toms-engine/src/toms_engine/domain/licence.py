"""Who may see and use figures that their publisher does not let be passed on."""

from dataclasses import replace

from toms_engine.domain.edition import EditionContent, Proxy


def licence_scope(framework: str) -> str:
    """The scope that a caller holds who has the licence of a framework's figures."""
    return f"frameworks:licensed:{framework}"


def has_licensed_figures(content: EditionContent) -> bool:
    """Whether any proxy of the edition may not be passed on."""
    return any(not proxy.redistributable for proxy in content.proxies)


def without_figures(proxy: Proxy) -> Proxy:
    """The proxy as a reader without the licence sees it: named and sourced, without value and derivation.

    The derivation goes too, because its formula and inputs would give the value away.
    """
    return replace(proxy, central_gbp=None, low_gbp=None, high_gbp=None, series=(), derivation="")
