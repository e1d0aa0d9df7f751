"""Values a whole history under another edition while it is read; the answer is a difference by measure."""

from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal

from cdp_common.contracts import comparisons as wire
from cdp_common.kernel.errors import CdpError
from cdp_common.kernel.exact import without_trailing_zeros
from cdp_common.web.caller import Caller
from toms_engine.bulk.histories import EDITION, Difference, History
from toms_engine.bulk.reading import RowReader
from toms_engine.domain.catalogue import Catalogue
from toms_engine.domain.figures import Figures
from toms_engine.domain.file_errors import TooManyRows, TotalsTooLarge
from toms_engine.domain.line import Options
from toms_engine.domain.valuation import METHOD_VERSION
from toms_engine.use_cases.compare_valuations import amounts
from toms_engine.use_cases.published_editions import PublishedEditions
from toms_engine.use_cases.value_in_bulk import READERS, Blocks, FileLimits, terms_of

_TOTAL_LIMIT = 10**18
_NOT_ADDED_UP = ("latest", "ratio")


class RevaluationRun:
    """One history on its way: pieces of the body go in, one document comes out at the end."""

    media_type = "application/json"

    def __init__(
        self,
        history: History,
        books: dict[str, Catalogue],
        to_hash: str,
        reader: RowReader,
        blocks: Blocks,
        most_rows: int,
    ) -> None:
        self._history, self._books, self._to_hash = history, books, to_hash
        self._reader, self._blocks, self._most_rows = reader, blocks, most_rows

    def answer(self, piece: bytes, *, is_last: bool) -> Iterator[bytes]:
        """Nothing until the end; raises a `CdpError` when no more can be read."""
        for block in self._blocks.of(piece, is_last=is_last):
            self._add(block, is_last=False)
            yield b""
        if is_last:
            self._add(b"", is_last=True)
            yield self._document().model_dump_json().encode()

    def stopped(self, fault: CdpError) -> bytes:
        """Nothing: a history that cannot be read to its end is answered by a problem."""
        return b""

    def _add(self, block: bytes, *, is_last: bool) -> None:
        rows = self._reader.read(block, is_last=is_last)
        if self._reader.next_row - 1 > self._most_rows:
            raise TooManyRows(f"This operation reads at most {self._most_rows} rows.")
        self._history.add(rows)

    def _document(self) -> wire.Revaluation:
        found = self._history.by_measure
        ordered = sorted(found, key=lambda key: (key[0] or "", key[1] or ""))
        social = [sum(one.social_pence[side] for one in found.values()) for side in (0, 1)]
        local = [sum(one.local_economic_pence[side] for one in found.values()) for side in (0, 1)]
        if max(map(abs, (*social, *local, social[0] + local[0], social[1] + local[1]))) >= _TOTAL_LIMIT:
            raise TotalsTooLarge("The rows come to more pounds than can be held.")
        return wire.Revaluation(
            to_edition_hash=self._to_hash,
            method_version=METHOD_VERSION,
            lines=self._history.lines,
            revalued=sum(one.lines for one in found.values()),
            measures=[self._measure_view(*key, found[key]) for key in ordered],
            before=amounts(social[0], local[0]),
            after=amounts(social[1], local[1]),
            difference=amounts(social[1] - social[0], local[1] - local[0]),
        )

    def _measure_view(self, edition: str | None, code: str | None, one: Difference) -> wire.MeasureDifference:
        measure = self._books[edition].measures.get(code or "") if edition is not None else None
        adds_up = one.lines > 0 and measure is not None and measure.accumulation not in _NOT_ADDED_UP
        social, local = one.social_pence, one.local_economic_pence
        return wire.MeasureDifference(
            from_edition_hash=edition,
            measure=code,
            unit=measure.unit if measure is not None else None,
            lines=one.lines,
            counted_before=_shown(one.counted[0]) if adds_up else None,
            counted_after=_shown(one.counted[1]) if adds_up else None,
            before=amounts(social[0], local[0]),
            after=amounts(social[1], local[1]),
            difference=amounts(social[1] - social[0], local[1] - local[0]),
            not_revalued=[
                wire.NotRevalued.model_validate({"side": side, "field": field, "code": fault, "lines": count})
                for (side, field, fault), count in sorted(one.faults.items())
            ],
        )


async def revaluation_run(
    editions: PublishedEditions,
    figures: Figures,
    caller: Caller,
    recorded: Sequence[str],
    wanted: str,
    options: Options,
    *,
    valid_on: date | None,
    reads: str,
    encoding: str,
    limits: FileLimits,
) -> RevaluationRun:
    """A run over a history whose rows name one of the `recorded` editions, towards the edition `wanted`."""
    to = await terms_of(editions, figures, caller, wanted, options, place="?to_edition_hash")
    before = {}
    for edition in dict.fromkeys(recorded):
        before[edition] = await terms_of(
            editions, figures, caller, edition, options, place="?from_edition_hash"
        )
    books = {edition: terms.catalogue for edition, terms in before.items()}
    reader = READERS[reads]((EDITION,))
    history = History(before, to, valid_on)
    return RevaluationRun(history, books, wanted, reader, Blocks(encoding, limits), limits.most_rows)


def _shown(number: Decimal) -> Decimal:
    return without_trailing_zeros(number)
