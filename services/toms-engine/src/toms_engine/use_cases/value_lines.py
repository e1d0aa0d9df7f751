"""Values lines against a published edition; nothing is stored."""

import asyncio
from collections.abc import Mapping, Sequence
from decimal import Decimal

from cdp_common.contracts import toms as wire
from cdp_common.kernel.errors import FieldError
from cdp_common.kernel.money import gbp_from_pence
from cdp_common.web.caller import Caller
from toms_engine.bulk.line_content import line_of
from toms_engine.domain.catalogue import Catalogue
from toms_engine.domain.errors import LinesRefused
from toms_engine.domain.explanation import Explanation
from toms_engine.domain.figures import Figures
from toms_engine.domain.licence import licence_framework
from toms_engine.domain.line import Options
from toms_engine.domain.valuation import METHOD_VERSION, ValuedLine
from toms_engine.domain.valuation import value_lines as valued_lines
from toms_engine.use_cases.published_editions import PublishedEditions
from toms_engine.use_cases.views import holds_licence, proxy_view

LINES_IN_PLACE = 100
"""More lines than this are valued in a thread, so that other requests are answered meanwhile."""


async def value_lines(
    editions: PublishedEditions, figures: Figures, caller: Caller, request: wire.ValuationRequest
) -> wire.Valuation:
    """Every line in pence by component with totals of the rounded lines, or every fault of every line."""
    book = await editions.by_hash(request.edition_hash)
    if book is None:
        fault = FieldError("/edition_hash", "edition_unknown", "no published edition has this hash")
        raise LinesRefused("Nothing was valued: the edition is not known.", errors=[fault])
    # The platform's services use licensed figures in sums, and keep their pounds from readers who lack the
    # licence; nobody else gets a token with their scope.
    licensed = caller.is_internal or holds_licence(caller, book.content)
    if len(request.lines) > LINES_IN_PLACE:
        return await asyncio.to_thread(_valuation, book, figures, request, licensed=licensed)
    return _valuation(book, figures, request, licensed=licensed)


def _valuation(
    book: Catalogue, figures: Figures, request: wire.ValuationRequest, *, licensed: bool
) -> wire.Valuation:
    lines = [line_of(line) for line in request.lines]
    options = Options(
        discount=request.discount,
        discount_base_year=request.discount_base_year,
        uprate_to_price_year=request.uprate_to_price_year,
    )
    valued = valued_lines(book, lines, options, figures, holds_licence=licensed)
    explained: Sequence[wire.Explanation | None] = [None] * len(valued)
    if request.explain:
        explained = _explanations(valued, request, book, licensed=licensed)
    social = sum(line.social_pence for line in valued)
    local_economic = sum(line.local_economic_pence for line in valued)
    return wire.Valuation(
        edition_hash=request.edition_hash,
        method_version=METHOD_VERSION,
        price_years=sorted({line.price_year for line in valued if line.price_year is not None}),
        lines=[_line_view(*pair, book) for pair in zip(valued, explained, strict=True)],
        social_gbp=gbp_from_pence(social),
        local_economic_gbp=gbp_from_pence(local_economic),
        total_gbp=gbp_from_pence(social + local_economic),
    )


def _line_view(line: ValuedLine, explanation: wire.Explanation | None, book: Catalogue) -> wire.ValuedLine:
    return wire.ValuedLine(
        ref=line.line.ref,
        measure=line.line.measure,
        quantity=line.quantity,
        counted_quantity=line.counted_quantity,
        unit=line.measure.unit,
        social_gbp=gbp_from_pence(line.social_pence),
        local_economic_gbp=gbp_from_pence(line.local_economic_pence),
        total_gbp=gbp_from_pence(line.total_pence),
        low_gbp=_gbp_or_none(line.low_pence),
        high_gbp=_gbp_or_none(line.high_pence),
        fiscal_gbp=gbp_from_pence(line.fiscal_pence),
        initial_spend_gbp=_gbp_or_none(line.initial_spend_pence),
        licensed_framework=_licensed_framework(line, book),
        explanation=explanation,
    )


def _licensed_framework(line: ValuedLine, book: Catalogue) -> str | None:
    """Whose licence the line's pounds need: an inherited figure's is that of the framework it comes from."""
    licensed = line.proxy if line.is_licensed else None
    return licence_framework(book.content, licensed) if licensed is not None else None


def _gbp_or_none(pence: int | None) -> Decimal | None:
    return gbp_from_pence(pence) if pence is not None else None


def _explanations(
    valued: list[ValuedLine], request: wire.ValuationRequest, book: Catalogue, *, licensed: bool
) -> list[wire.Explanation]:
    """The explanation of each line; lines of one proxy share its view."""
    used = {line.proxy.code: line.proxy for line in valued if line.proxy is not None}
    shown = {code: proxy_view(proxy, licensed=licensed) for code, proxy in used.items()}
    return [
        _explanation_view(line.explanation, book, shown, stated)
        for line, stated in zip(valued, request.lines, strict=True)
    ]


def _explanation_view(
    explanation: Explanation,
    book: Catalogue,
    shown: Mapping[str, wire.Proxy],
    stated: wire.ValuationLine,
) -> wire.Explanation:
    proxy = explanation.proxy
    return wire.Explanation(
        measure=explanation.measure.code,
        measure_title=explanation.measure.title,
        edition_hash=book.edition_hash,
        framework=book.content.framework,
        edition=book.content.edition,
        proxy=shown[proxy.code] if proxy is not None else None,
        inputs=stated.inputs,
        target_group=stated.target_group,
        steps=[wire.ExplanationStep.model_validate(step, from_attributes=True) for step in explanation.steps],
    )
