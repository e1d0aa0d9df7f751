"""Framework packs and need indices as they are sent; the figures are invented."""

from typing import Any

SOURCE = {
    "publisher": "A publisher",
    "title": "A table of values",
    "edition": "2025",
    "locator": "Table 1",
    "url": "https://example.org/values",
}


def proxy(code: str = "hour", **changes: Any) -> dict[str, Any]:
    """A proxy of £17.96 for each unit."""
    return {
        "code": code,
        "title": f"A value of {code}",
        "component": "social",
        "value_type": "economic",
        "central_gbp": "17.96",
        "price_year": 2024,
        "derivation": "Taken as published.",
        "sources": [SOURCE],
        "licence": "OGL-UK-3.0",
        "valid_from": "2025-01-01",
        **changes,
    }


def measure(code: str = "M1", **changes: Any) -> dict[str, Any]:
    """A measure of hours valued by the proxy `hour`."""
    return {
        "code": code,
        "outcome": "O1",
        "title": f"Measure {code}",
        "guidance": "Count hours.",
        "unit": "hours",
        "accumulation": "flow",
        "valuation": "proxy",
        "proxy": "hour",
        "valid_from": "2025-01-01",
        **changes,
    }


def pack(**changes: Any) -> dict[str, Any]:
    """A pack with a measure of each kind of valuing: M1 by proxy, M2 by multiplier, M3 only recorded."""
    return {
        "framework": "family-measures",
        "edition": "2026",
        "title": "Family measures",
        "publisher": "A council",
        "licence": "OGL-UK-3.0",
        "description": "For tests.",
        "effective_from": "2025-01-01",
        "themes": [{"code": "T1", "title": "First theme"}, {"code": "T2", "title": "Second theme"}],
        "outcomes": [{"code": "O1", "theme": "T2", "title": "An outcome"}],
        "measures": [
            measure("M1", excludes=["M3"], additionality={"source": "A study", "deadweight": "0.20"}),
            measure("M2", unit="gbp_spent", valuation="local_multiplier", proxy=None),
            measure("M3", unit="count", valuation="none", proxy=None, decimals=0),
        ],
        "proxies": [proxy()],
        "multipliers": [
            {
                "place": "county-durham",
                "industry": "construction",
                "multiplier": "1.25",
                "source": SOURCE,
                "derivation": "By location quotient.",
            }
        ],
        "crosswalks": [
            {
                "scheme": "pillars",
                "title": "Pillars",
                "categories": {"p1": "The first pillar"},
                "rows": [{"measure": "M1", "category": "p1", "share": "0.50"}],
            }
        ],
        **changes,
    }


def licensed_pack(**changes: Any) -> dict[str, Any]:
    """A pack whose one proxy may not be passed on."""
    secret = proxy(central_gbp="123.45", derivation="123.45 by survey.", redistributable=False)
    series = proxy(
        "carbon",
        central_gbp=None,
        series=[{"year": 2025, "central_gbp": "543.21"}],
        redistributable=False,
    )
    measures = [measure("L1"), measure("L2", proxy="carbon")]
    return pack(
        **{
            "framework": "licensed-measures",
            "measures": measures,
            "proxies": [secret, series],
            "crosswalks": [],
            **changes,
        }
    )


def line(**changes: Any) -> dict[str, Any]:
    """A line of ten hours of M1 in the first quarter of 2026."""
    return {
        "ref": "1",
        "measure": "M1",
        "quantity": "10",
        "unit": "hours",
        "period_start": "2026-01-01",
        "period_end": "2026-03-31",
        **changes,
    }


def area(code: str, rank: int, **changes: Any) -> dict[str, Any]:
    """An area of County Durham."""
    return {"code": code, "name": f"Area {code}", "place": "county-durham", "rank": rank, **changes}


def need_index(*areas: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """A part of an index of a hundred areas with the default cuts."""
    return {
        "index": "imd-sample",
        "title": "A sample index",
        "vintage": "LSOA 2021",
        "area_count": 100,
        "source": SOURCE,
        "licence": "OGL-UK-3.0",
        "bands": [
            {"band": "severe", "highest_decile": 1},
            {"band": "high", "highest_decile": 3},
            {"band": "mild", "highest_decile": 5},
            {"band": "low", "highest_decile": 10},
        ],
        "areas": list(areas) or [area("E01", 10), area("E02", 11), area("E03", 41), area("E04", 100)],
        **changes,
    }
