"""An edition ready for look-ups by code: what valuation and readers work with."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from uuid import UUID

from toms_engine.domain.edition import EditionContent, Measure, Multiplier, Outcome, Proxy, Theme


@dataclass(frozen=True, eq=False, slots=True)
class Catalogue:
    """One edition's content under its hash, indexed by code."""

    edition_id: UUID
    edition_hash: str
    content: EditionContent
    themes: Mapping[str, Theme]
    outcomes: Mapping[str, Outcome]
    measures: Mapping[str, Measure]
    proxies: Mapping[str, Proxy]
    multipliers: Mapping[tuple[str, str], Multiplier]
    excludes: Mapping[str, tuple[str, ...]]

    @classmethod
    def of(cls, edition_id: UUID, edition_hash: str, content: EditionContent) -> "Catalogue":
        """The catalogue of an edition's content."""
        return cls(
            edition_id=edition_id,
            edition_hash=edition_hash,
            content=content,
            themes=MappingProxyType({theme.code: theme for theme in content.themes}),
            outcomes=MappingProxyType({outcome.code: outcome for outcome in content.outcomes}),
            measures=MappingProxyType({measure.code: measure for measure in content.measures}),
            proxies=MappingProxyType({proxy.code: proxy for proxy in content.proxies}),
            multipliers=MappingProxyType({(row.place, row.industry): row for row in content.multipliers}),
            excludes=MappingProxyType(closed_exclusions(content.measures)),
        )

    def proxy_of(self, measure: Measure) -> Proxy | None:
        """The proxy that prices a measure, none where it is priced otherwise or not at all."""
        return self.proxies[measure.proxy] if measure.proxy is not None else None

    def theme_of(self, measure: Measure) -> Theme:
        """The theme under which a measure stands."""
        return self.themes[self.outcomes[measure.outcome].theme]


def closed_exclusions(measures: tuple[Measure, ...]) -> dict[str, tuple[str, ...]]:
    """Which measures each measure excludes for the same activity, in both directions and in code order."""
    pairs: dict[str, set[str]] = {measure.code: set() for measure in measures}
    for measure in measures:
        for other in measure.excludes:
            pairs[measure.code].add(other)
            pairs[other].add(measure.code)
    return {code: tuple(sorted(others)) for code, others in pairs.items()}
