"""What a contract's release says of its key performance indicators (UK7 content), or why there are none.

Delivery is told, and rated, against them by reporting-api: an indicator keeps its id in every release.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from cdp_common.kernel.ocds_parts import Part
from procurement_api.domain.release_facts import Indicator

_EXEMPTIONS: Mapping[str, str] = MappingProxyType(
    {
        "framework_agreement": "The contract is a framework agreement.",
        "concession": "The contract is a concession contract.",
        "light_touch": "The contract is a light touch contract.",
        "private_utility": "The contracting authority is a private utility.",
        "could_not_appropriately_be_assessed": (
            "Key performance indicators could not appropriately assess performance under the contract."
        ),
    }
)
"""In words, by the exemptions that storage/legal_figures/key-performance-indicators.json lists."""


def indicator_list(of: Sequence[Indicator]) -> list[Part]:
    """The entries of `contracts[].socialValue.keyPerformanceIndicators`: each names the metric it is of."""
    return [
        {"id": id_, "title": each.title, "relatedMetric": _metric_of(id_, each)}
        for id_, each in _with_ids(of)
    ]


def indicator_metrics(of: Sequence[Indicator], *, published: int = 0) -> list[Part]:
    """The entries of `contracts[].agreedMetrics` for indicators that are no commitments: a title alone.

    Those that earlier releases told of, `published` of them, are left out.
    """
    new = _with_ids(of)[published:]
    return [{"id": id_, "title": each.title} for id_, each in new if each.metric is None]


def exemption_words(exemption: str | None) -> str | None:
    """`contracts[].noAgreedMetricsRationale` of the UK extension: why no indicators are published."""
    return None if exemption is None else _EXEMPTIONS[exemption]


def _with_ids(of: Sequence[Indicator]) -> list[tuple[str, Indicator]]:
    return [(f"kpi-{number}", each) for number, each in enumerate(of, start=1)]


def _metric_of(id_: str, of: Indicator) -> str:
    return id_ if of.metric is None else str(of.metric)
