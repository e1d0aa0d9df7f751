"""What a publication states beside its four figures, as tables of its page and rows of its CSV."""

from __future__ import annotations

from collections.abc import Iterator

from cdp_common.contracts.publications import Publication
from reporting_api.use_cases.section_of_contracts import (
    prior_rows,
    prior_section,
    ratio_rows,
    ratio_section,
)
from reporting_api.use_cases.section_of_need import need_rows, need_sections
from reporting_api.use_cases.section_of_spend import spend_rows, spend_sections
from reporting_api.use_cases.section_tables import CsvRow, Section


def sections(publication: Publication) -> list[Section]:
    """The further tables of a publication's page, in order."""
    found: list[Section] = []
    if publication.need is not None:
        found += need_sections(publication.need)
    if publication.contract_ratio is not None:
        found.append(ratio_section(publication.contract_ratio))
    if publication.spend is not None:
        found += spend_sections(publication.spend)
    if publication.value.prior_totals:
        found.append(prior_section(publication.value.prior_totals))
    return found


def csv_rows_of_sections(publication: Publication) -> Iterator[CsvRow]:
    """The further rows of a publication's CSV."""
    if publication.need is not None:
        yield from need_rows(publication.need)
    if publication.contract_ratio is not None:
        yield from ratio_rows(publication.contract_ratio)
    if publication.spend is not None:
        yield from spend_rows(publication.spend)
    yield from prior_rows(publication.value.prior_totals)
