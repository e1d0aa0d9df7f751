"""What a publication states beside its four figures, as tables of its page and rows of its CSV."""

from __future__ import annotations

from collections.abc import Iterator

from cdp_common.contracts.publications import Publication
from reporting_api.use_cases.section_of_need import need_rows, need_sections
from reporting_api.use_cases.section_tables import CsvRow, Section


def sections(publication: Publication) -> list[Section]:
    """The further tables of a publication's page, in order."""
    return [] if publication.need is None else list(need_sections(publication.need))


def csv_rows_of_sections(publication: Publication) -> Iterator[CsvRow]:
    """The further rows of a publication's CSV."""
    if publication.need is not None:
        yield from need_rows(publication.need)
