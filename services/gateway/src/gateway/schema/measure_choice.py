"""Measures by need: ranked for a place or for areas, and proposed for a contract that is to be tendered."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from enum import Enum
from typing import Annotated, Any, TypeVar

import strawberry
from pydantic import BaseModel, ValidationError
from strawberry.utils.str_converters import to_camel_case

from cdp_common.contracts import measure_choice as choice
from gateway.context import Context, Info
from gateway.errors import VariablesInvalid
from gateway.schema.crosswalks import Theme
from gateway.schema.enums import NeedBand, NeedDomain, Unit, described_value
from gateway.schema.fields import calls_each, calls_together, computed
from gateway.schema.needs import IndexArgument
from gateway.schema.records import as_shown, maybe_shown, said, shows
from gateway.schema.scalars import decimal_text
from gateway.schema.toms import Measure, measure_of

Question = TypeVar("Question", bound=BaseModel)

EditionHash = Annotated[str, strawberry.argument(description="The hash of the edition.")]
OfPlace = Annotated[
    str | None, strawberry.argument(description="The place's short name: its areas; or name `areas`.")
]
OfAreas = Annotated[
    list[str] | None, strawberry.argument(description="Codes of areas, in the place's stead.")
]


@strawberry.enum(description="By what needs were counted.")
class CountedBy(Enum):
    """By what needs were counted."""

    PEOPLE = described_value("people", "By the people who live there.")
    AREAS = described_value("areas", "By areas, since their people are not known.")


@strawberry.enum(description="What speaks for a measure.")
class ReasonKind(Enum):
    """What speaks for a measure."""

    NEED = described_value("need", "It answers a need of the areas.")
    CATEGORY = described_value("category", "It suits what is bought.")
    PROPORTION = described_value("proportion", "It is in proportion to the contract.")
    DURATION = described_value("duration", "The contract is long enough for it.")


@strawberry.enum(description="What stands in a measure's way.")
class WhyLeftOut(Enum):
    """What stands in a measure's way."""

    NO_NEED = described_value("no_need", "It answers no need of the areas.")
    DOES_NOT_SUIT = described_value("does_not_suit", "It does not suit what is bought.")
    CONTRACT_TOO_SHORT = described_value("contract_too_short", "The contract is too short for it.")
    OUTCOME_ANSWERED = described_value("outcome_answered", "Another measure answers its outcome.")
    EXCLUDED = described_value("excluded", "Another measure excludes it.")
    ENOUGH = described_value("enough", "There are enough for a contract of this size.")


@strawberry.type(description="The share of people, or areas, in one band of need.")
class BandShare:
    """A share."""

    band: NeedBand = strawberry.field(description="The band.")
    share: Decimal = strawberry.field(description="The share, from 0 to 1.")


@shows(choice.DomainStanding, "Where areas stand in one domain of need.")
class DomainStanding:
    """A standing."""

    share_by_band: strawberry.Private[dict[str, Decimal]]
    domain: str = said("The domain's code in the index.")
    title: str = said("The title.")
    need: NeedDomain = said("The domain of need.")
    weight_percent: Decimal | None = said("Its weight in the whole, in per cent; null where none is known.")
    score: Decimal = said("0: nobody in need; 1: everybody in the most severe.")

    @computed("The share of the people, or of the areas, in each band.")
    def bands(self) -> list[BandShare]:
        """The shares."""
        return [BandShare(band=NeedBand(band), share=share) for band, share in self.share_by_band.items()]


@strawberry.type(description="Which version of a place's bands was used.")
class BandingUsed:
    """A version of bands."""

    place: str = strawberry.field(description="The place's short name; * for the default.")
    version: int = strawberry.field(description="The version.")


@shows(choice.NeedsOfAreas, "Whose needs were looked at, and with which cuts and rules.")
class NeedsAnalysis:
    """An analysis."""

    banding_versions: strawberry.Private[dict[str, int]]
    index: str = said("The index.")
    place: str | None = said("The place's short name; null where areas were named.")
    area_count: int = said("How many areas were looked at.")
    areas_without_ranks: int = said("How many were left out, since the index has no ranks of them.")
    areas_missing: list[str] = said("Codes that were named and are not in the index.")
    counted_by: CountedBy = said("By what needs were counted.")
    standings: list[DomainStanding] = said("Where they stand in each domain, the greatest need first.")
    method: str = said("How it was worked out, in words.")
    rules_version: int = said("The version of the rules.")
    comparability: str = said("What must not be compared with it.")

    @computed("Which versions of bands were used.")
    def bandings(self) -> list[BandingUsed]:
        """The versions."""
        return [BandingUsed(place=place, version=one) for place, one in self.banding_versions.items()]


@shows(choice.RankedMeasure, "A measure and the share of the areas' weighted need that it answers.")
class RankedMeasure:
    """A ranked measure."""

    position: int = said("Its place in the ranking.")
    code: str = said("The measure's code.")
    title: str = said("The title.")
    theme: Theme = said("The theme.")
    outcome: str = said("The outcome's code.")
    unit: Unit = said("What a quantity counts.")
    needs: list[NeedDomain] = said("The domains of need that it answers.")
    share_of_need: Decimal = said("The share of the weighted need that it answers, from 0 to 1.")


@shows(choice.MeasureRanking, "The measures of an edition by need.")
class MeasureRanking:
    """A ranking."""

    edition_hash: str = said("The hash of the edition.")
    needs: NeedsAnalysis = said("Whose needs.")
    measures: list[RankedMeasure] = said("The measures, the greatest share of need first.")


@shows(choice.Reason, "One reason for recommending a measure.")
class Reason:
    """A reason."""

    kind: ReasonKind = said("What speaks for it.")
    domain: str | None = said("The domain of need; null where it is about none.")
    text: str = said("The reason in words.")


@shows(choice.RecommendedMeasure, "A measure to ask for, and why.")
class RecommendedMeasure:
    """A recommendation."""

    measure: RankedMeasure = said("The measure.")
    fit: Decimal = said("How well it suits what is bought, from 0 to 1.")
    score: Decimal = said("Share of need × fit.")
    reasons: list[Reason] = said("What speaks for it.")


@shows(choice.MeasureLeftOut, "A measure that was not recommended.")
class MeasureLeftOut:
    """A measure left out."""

    code: str = said("The measure's code.")
    title: str = said("The title.")
    why: WhyLeftOut = said("What stands in its way.")
    by: str | None = said("The measure that answers instead or excludes it; null for none.")


@shows(choice.MeasureChoice, "A proportionate set of measures for a tender: a proposal, the buyer decides.")
class MeasureChoice:
    """A proposal."""

    edition_hash: str = said("The hash of the edition.")
    needs: NeedsAnalysis = said("Whose needs.")
    category: str = said("The code of the category of what is bought.")
    category_title: str = said("The category.")
    measure_count: int = said("How many measures are in proportion to the contract.")
    proportion: list[str] = said("How that was worked out, in words.")
    recommended: list[RecommendedMeasure] = said("The measures, the best first.")
    left_out: list[MeasureLeftOut] = said("The others, and what stands in their way.")

    @calls_together("The measures that are recommended, with guidance and proxy.")
    async def measures(self, info: Info) -> list[Measure] | None:
        """The recommended measures themselves."""
        codes = [one.measure.code for one in self.recommended]
        return await _measures(info.context, self.edition_hash, codes)


async def _measures(context: Context, edition_hash: str, codes: list[str]) -> list[Measure]:
    found = [await measure_of(context, edition_hash, code) for code in codes]
    return [one for one in found if one is not None]


def _asked(kind: type[Question], **stated: Any) -> Question:
    """The question that the arguments make; what does not fit it is the caller's error."""
    try:
        return kind.model_validate(stated)
    except ValidationError as refusal:
        first = refusal.errors()[0]
        named = ".".join(to_camel_case(str(part)) for part in first["loc"])
        raise VariablesInvalid(f"`{named}`: {first['msg']}.") from refusal


async def needs_of_place(
    parent: strawberry.Parent[Any], info: Info, edition_hash: EditionHash
) -> NeedsAnalysis | None:
    """The needs of the place's areas."""
    ranking = await _ranking(parent, info.context, edition_hash, None)
    return None if ranking is None else as_shown(NeedsAnalysis, ranking.needs)


async def measure_ranking_of_place(
    parent: strawberry.Parent[Any],
    info: Info,
    edition_hash: EditionHash,
    on: Annotated[date | None, strawberry.argument(description="Measures valid on this day.")] = None,
) -> MeasureRanking | None:
    """The measures of an edition by the place's needs."""
    return maybe_shown(MeasureRanking, await _ranking(parent, info.context, edition_hash, on))


async def _ranking(
    place: Any, context: Context, edition_hash: str, on: date | None
) -> choice.MeasureRanking | None:
    if place.need_index is None:
        return None
    request = _asked(
        choice.MeasureRankingRequest,
        edition_hash=edition_hash,
        index=place.need_index,
        place=place.slug,
        on=on,
    )
    return await context.loaders.need_rankings.load(request.model_dump_json())


@strawberry.type
class MeasureChoiceQueries:
    """What can be asked of measures by need at the root."""

    @calls_each("The measures of an edition by the needs of a place, or of areas.")
    async def measure_ranking(
        self,
        info: Info,
        edition_hash: EditionHash,
        index: IndexArgument,
        place: OfPlace = None,
        areas: OfAreas = None,
        on: Annotated[date | None, strawberry.argument(description="Measures valid on this day.")] = None,
    ) -> MeasureRanking | None:
        """A ranking."""
        request = _asked(
            choice.MeasureRankingRequest,
            edition_hash=edition_hash,
            index=index,
            place=place,
            areas=areas or [],
            on=on,
        )
        record = await info.context.upstreams.toms.ask(lambda api: api.rank_measures(request))
        return as_shown(MeasureRanking, record)

    @calls_each("A proportionate set of measures for a contract that is to be tendered.")
    async def measure_choice(
        self,
        info: Info,
        edition_hash: EditionHash,
        index: IndexArgument,
        contract_value: Annotated[Decimal, strawberry.argument(description="In pounds, without VAT.")],
        duration_months: Annotated[int, strawberry.argument(description="How many months it lasts.")],
        place: OfPlace = None,
        areas: OfAreas = None,
        cpv: Annotated[
            str | None, strawberry.argument(description="What is bought: a CPV division or code.")
        ] = None,
        industry: Annotated[
            str | None, strawberry.argument(description="An industry's code, where there is no CPV code.")
        ] = None,
        on: Annotated[date | None, strawberry.argument(description="Measures valid on this day.")] = None,
    ) -> MeasureChoice | None:
        """A proposal."""
        request = _asked(
            choice.MeasureChoiceRequest,
            edition_hash=edition_hash,
            index=index,
            place=place,
            areas=areas or [],
            on=on,
            contract_value_gbp=decimal_text(contract_value),
            duration_months=duration_months,
            cpv=cpv,
            industry=industry,
        )
        record = await info.context.upstreams.toms.ask(lambda api: api.recommend_measures(request))
        return as_shown(MeasureChoice, record)
