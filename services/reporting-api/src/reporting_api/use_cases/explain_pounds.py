"""How a published measure's delivered pounds came about, recomputed from the inputs that were stored.

Lines are shown in groups that were valued by the same factors, with the factors of one unit: nobody's own
line shows, and a group that would give an organisation away is put together with others.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from sqlalchemy import RowMapping

from cdp_common.clients.toms import TomsClient
from cdp_common.contracts.publications import Publication
from cdp_common.contracts.reporting import PoundExplanation, PoundGroup, ValueCell
from cdp_common.contracts.toms import (
    Explanation,
    ExplanationStep,
    ValuationLine,
    ValuationRequest,
    ValuedLine,
)
from cdp_common.db.database import Database
from cdp_common.kernel.errors import Conflict
from cdp_common.kernel.money import gbp_from_pence, pence_from_gbp
from cdp_common.kernel.periods import Period
from reporting_api.domain.disclosure import Contributions, DisclosureRule
from reporting_api.domain.explanations import Factor, FactoredLine, FactorGroup, groups_of
from reporting_api.domain.publications import CellSuppressed, MeasureNotPublished, PublicationNotFound
from reporting_api.storage.copies import EditionCopy, MeasureCopy, editions_known, measures_known
from reporting_api.storage.explanations import delivered_lines, valuation_inputs
from reporting_api.storage.publications import publication_by_id
from reporting_api.use_cases.accepted_lines import (
    AreasByIndex,
    areas_of_lines,
    landings_as_stored,
    stored_valuation_line,
)
from reporting_api.use_cases.read_publications import thawed
from reporting_api.use_cases.report_contracts import plain

LINES_PER_CALL = 1_000
LANDED = "landed_in_place"
_OF_THE_LINE = frozenset({"quantity", "rounding"})
"""Steps that belong to one line and not to one unit of the measure."""
_STEP_DECIMALS = Decimal("1E-8")


class ExplanationDiffers(Conflict):
    """Recomputing a line does not give the pence that the ledger holds: something behind it has changed."""

    code = "explanation_differs"
    title = "The pounds cannot be reproduced"


@dataclass(frozen=True, slots=True)
class _Line:
    """A line behind the cell: what stands in the ledger, its inputs, the share that landed in the place."""

    line_id: UUID
    inputs: RowMapping
    landed: Decimal
    counted_quantity: Decimal
    social_pence: int
    local_pence: int
    contributions: Contributions


@dataclass(frozen=True, slots=True)
class _Read:
    """What the explanation is made of, read from the database."""

    publication: Publication
    agreed: frozenset[UUID]
    cell: ValueCell
    measure: MeasureCopy
    edition: EditionCopy
    lines: Sequence[_Line]


async def explain_pounds(
    db: Database, toms: TomsClient, publication_id: UUID, measure: str
) -> PoundExplanation:
    """The measure's delivered pounds in the publication, down to the proxy's source."""
    read = await _read(db, publication_id, measure)
    explained = await _explained(toms, read.measure.edition_hash, [_whole(line) for line in read.lines])
    for line in read.lines:
        _require_same(line, explained[str(line.line_id)])
    factored = [_factored(line, _explanation(explained[str(line.line_id)])) for line in read.lines]
    rule = read.publication.disclosure
    groups = groups_of(
        factored,
        read.agreed,
        DisclosureRule(rule.minimum_organisations, rule.dominance_percent, rule.source),
    )
    if not groups:
        raise CellSuppressed("The quantity behind these figures would give an organisation away.")
    by_id = {line.line_id: line for line in read.lines}
    units = await _explained(
        toms, read.measure.edition_hash, [_unit(by_id[group.lines[0].line_id]) for group in groups]
    )
    shown = [_group(group, by_id, units[str(group.lines[0].line_id)]) for group in groups]
    total = sum((group.social_gbp + group.local_economic_gbp for group in shown), start=Decimal(0))
    assert read.cell.figures is not None  # _read refuses a suppressed cell
    if total != read.cell.figures.delivered.total_gbp:
        raise ExplanationDiffers("The lines do not add up to the published pounds.")
    proxies = [_explanation(line).proxy for line in explained.values()]
    return PoundExplanation(
        publication_number=read.publication.number,
        measure=read.measure.code,
        measure_title=read.measure.title,
        theme=read.measure.theme_title,
        unit=read.lines[0].inputs["unit"],
        edition_hash=read.measure.edition_hash,
        framework=read.edition.framework,
        edition=read.edition.edition,
        proxy=proxies[0],
        total_gbp=total,
        groups=shown,
    )


async def _read(db: Database, publication_id: UUID, measure: str) -> _Read:
    async with db.begin() as tx:
        row = await publication_by_id(tx, publication_id)
        if row is None:
            raise PublicationNotFound("No publication has this id.")
        publication = thawed(row["document"])
        cell = _cell(publication, measure)
        code, _, edition_prefix = measure.partition("~")
        period = Period(publication.period_start, publication.period_end)
        standing = await delivered_lines(
            tx, publication.place_id, period, publication.ledger_position, code, edition_prefix
        )
        if not standing:
            raise MeasureNotPublished("Nothing of this measure is delivered in the publication.")
        inputs = await valuation_inputs(tx, {entry["source_line_id"] for entry in standing})
        areas = await areas_of_lines(tx, inputs.values())
        lines = [
            _line(inputs[line_id], entries, _landed(inputs[line_id], areas))
            for line_id, entries in _by_line(standing).items()
        ]
        edition_hash: str = lines[0].inputs["edition_hash"]
        measures = await measures_known(tx, {(edition_hash, code)})
        editions = await editions_known(tx, {edition_hash})
    agreed = frozenset(row["agreed_organisations"])
    return _Read(publication, agreed, cell, measures[edition_hash, code], editions[edition_hash], lines)


def _cell(publication: Publication, measure: str) -> ValueCell:
    cells = [
        cell
        for grouping in publication.value.groupings
        if grouping.by == "measure"
        for cell in grouping.cells
        if cell.key == measure
    ]
    if not cells:
        raise MeasureNotPublished("The publication shows no such measure.")
    if cells[0].withheld == "licensed":
        raise CellSuppressed("The measure's figure is licensed, so that its pounds are not shown.")
    if cells[0].suppressed:
        raise CellSuppressed("Disclosure control withheld the figures of this measure.")
    return cells[0]


def _by_line(entries: Sequence[RowMapping]) -> dict[UUID, list[RowMapping]]:
    found: dict[UUID, list[RowMapping]] = {}
    for entry in entries:
        found.setdefault(entry["source_line_id"], []).append(entry)
    return found


def _landed(inputs: RowMapping, areas: AreasByIndex) -> Decimal:
    """The share of the line that landed in the place."""
    landings = landings_as_stored(inputs, inputs["place_slug"], areas)
    return sum((landing.share for landing in landings if not landing.is_elsewhere), start=Decimal(0))


def _line(inputs: RowMapping, entries: Sequence[RowMapping], landed: Decimal) -> _Line:
    return _Line(
        line_id=inputs["line_id"],
        inputs=inputs,
        landed=landed,
        counted_quantity=sum((entry["counted_quantity"] for entry in entries), start=Decimal(0)),
        social_pence=int(sum(entry["social_pence"] for entry in entries)),
        local_pence=int(sum(entry["local_pence"] for entry in entries)),
        contributions={
            "pence": {
                entry["deliverer_id"]: int(entry["social_pence"] + entry["local_pence"]) for entry in entries
            },
            "quantity": {
                entry["deliverer_id"]: int(entry["counted_quantity"].scaleb(8)) for entry in entries
            },
        },
    )


def _whole(line: _Line) -> ValuationLine:
    return stored_valuation_line(str(line.line_id), line.inputs, line.inputs, line.inputs["quantity"])


def _unit(line: _Line) -> ValuationLine:
    """One unit of the measure, valued as the line was."""
    return stored_valuation_line(str(line.line_id), line.inputs, line.inputs, Decimal(1))


async def _explained(
    toms: TomsClient, edition_hash: str, lines: Sequence[ValuationLine]
) -> dict[str, ValuedLine]:
    found: dict[str, ValuedLine] = {}
    for start in range(0, len(lines), LINES_PER_CALL):
        some = list(lines[start : start + LINES_PER_CALL])
        request = ValuationRequest(edition_hash=edition_hash, lines=some, explain=True)
        found.update({line.ref: line for line in (await toms.value_lines(request)).lines})
    return found


def _require_same(line: _Line, valued: ValuedLine) -> None:
    """Refuse to explain a line whose recomputation does not give what was stored when it was reported."""
    stored = (line.inputs["social_pence"], line.inputs["local_pence"])
    if (pence_from_gbp(valued.social_gbp), pence_from_gbp(valued.local_economic_gbp)) != stored:
        raise ExplanationDiffers("Recomputing a line does not give the pence that were entered.")


def _explanation(line: ValuedLine) -> Explanation:
    assert line.explanation is not None  # asked for
    return line.explanation


def _factored(line: _Line, explanation: Explanation) -> FactoredLine:
    factors = [_factor(step) for step in explanation.steps if step.rule not in _OF_THE_LINE]
    if line.landed != 1:
        factors.append(Factor(LANDED, line.landed, None))
    return FactoredLine(line.line_id, tuple(factors), line.contributions)


def _factor(step: ExplanationStep) -> Factor:
    return Factor(step.rule, step.factor, step.divisor)


def _group(group: FactorGroup, by_id: Mapping[UUID, _Line], unit: ValuedLine) -> PoundGroup:
    lines = [by_id[line.line_id] for line in group.lines]
    return PoundGroup(
        line_count=len(lines),
        counted_quantity=plain(sum((line.counted_quantity for line in lines), start=Decimal(0))),
        social_gbp=gbp_from_pence(sum(line.social_pence for line in lines)),
        local_economic_gbp=gbp_from_pence(sum(line.local_pence for line in lines)),
        steps=_steps(group.factors, _explanation(unit).steps),
    )


def _steps(factors: Sequence[Factor], unit_steps: Sequence[ExplanationStep]) -> list[ExplanationStep]:
    """The steps of one unit up to rounding, of those factors that all lines of the group share."""
    steps = [
        step
        for step in unit_steps
        if step.rule == "quantity" or (step.rule != "rounding" and _factor(step) in factors)
    ]
    steps.extend(_landed_step(factor) for factor in factors if factor.rule == LANDED)
    running = Decimal(1)
    shown: list[ExplanationStep] = []
    for step in steps:
        running = running * (1 if step.factor is None else step.factor) / (step.divisor or 1)
        shown.append(step.model_copy(update={"result": plain(running.quantize(_STEP_DECIMALS))}))
    return shown


def _landed_step(factor: Factor) -> ExplanationStep:
    return ExplanationStep(
        rule=LANDED,
        text="Only the share that landed in the place counts here; the rest is elsewhere.",
        factor=factor.factor,
        result=Decimal(0),
        unit="GBP",
    )
