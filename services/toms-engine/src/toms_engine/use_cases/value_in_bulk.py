"""Values a file of lines against a published edition while it is being read; nothing is stored or kept."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from cdp_common.kernel.errors import CdpError, FieldError
from cdp_common.web.caller import Caller
from toms_engine.bulk.csv_rows import CsvReader
from toms_engine.bulk.inflating import Gzip, Plain
from toms_engine.bulk.json_rows import JsonLinesReader
from toms_engine.bulk.reading import RowReader
from toms_engine.bulk.rows import Rows
from toms_engine.bulk.totals import Totals
from toms_engine.bulk.valuing import BulkValuer
from toms_engine.bulk.writing import CsvWriter, JsonLinesWriter, RowWriter
from toms_engine.domain.errors import LinesRefused
from toms_engine.domain.figures import Figures
from toms_engine.domain.file_errors import EncodingUnsupported, TooManyRows
from toms_engine.domain.line import Options
from toms_engine.domain.line_checks import Terms, option_faults
from toms_engine.domain.valuation import METHOD_VERSION
from toms_engine.use_cases.published_editions import PublishedEditions
from toms_engine.use_cases.views import holds_licence

BLOCK_BYTES = 3 * 1024 * 1024
"""Text that is valued together: enough rows for the columns to pay, few enough for memory to stay flat."""

READERS: dict[str, type[RowReader]] = {
    "text/csv": CsvReader,
    "application/x-ndjson": JsonLinesReader,
    "application/jsonl": JsonLinesReader,
}
"""The formats that are read, by media type."""

WRITERS: dict[str, type[RowWriter]] = {
    "text/csv": CsvWriter,
    "application/x-ndjson": JsonLinesWriter,
    "application/jsonl": JsonLinesWriter,
}
"""The formats that are written, by media type."""


@dataclass(frozen=True, slots=True)
class FileLimits:
    """How much of a file is read."""

    most_bytes: int
    most_rows: int
    most_gzip_ratio: int


class Blocks:
    """A body in pieces, unpacked and gathered into blocks of about `BLOCK_BYTES`."""

    def __init__(self, encoding: str, limits: FileLimits) -> None:
        if encoding not in ("", "identity", "gzip"):
            raise EncodingUnsupported("A body is plain or packed by gzip.")
        is_packed = encoding == "gzip"
        self._unpacking = (
            Gzip(limits.most_bytes, limits.most_gzip_ratio) if is_packed else Plain(limits.most_bytes)
        )
        self._gathered: list[bytes] = []
        self._size = 0

    def of(self, piece: bytes, *, is_last: bool) -> Iterator[bytes]:
        """The blocks that are full with this piece; after the last one, what is left, be it empty."""
        for unpacked in self._unpacking.pieces(piece):
            self._gathered.append(unpacked)
            self._size += len(unpacked)
            if self._size >= BLOCK_BYTES:
                yield self._taken()
        if is_last:
            self._unpacking.finish()
            yield self._taken()

    def _taken(self) -> bytes:
        block = b"".join(self._gathered)
        self._gathered, self._size = [], 0
        return block


class BulkRun:
    """One file on its way: pieces of the body go in, pieces of the answer come out."""

    def __init__(
        self, terms: Terms, reader: RowReader, writer: RowWriter, blocks: Blocks, most_rows: int
    ) -> None:
        self._edition_hash = terms.catalogue.edition_hash
        self._valuer, self._reader, self._writer, self._blocks = BulkValuer(terms), reader, writer, blocks
        self._most_rows, self._totals, self._has_begun = most_rows, Totals(), False

    @property
    def media_type(self) -> str:
        """The format of the answer."""
        return self._writer.media_type

    def answer(self, piece: bytes, *, is_last: bool) -> Iterator[bytes]:
        """What this piece adds to the answer; raises a `CdpError` when no more can be read."""
        for block in self._blocks.of(piece, is_last=is_last):
            yield self._answer_rows(self._reader.read(block, is_last=False))
        if is_last:
            yield self._answer_rows(self._reader.read(b"", is_last=True))
            yield self._writer.ending(self._totals, self._edition_hash, METHOD_VERSION, None)

    def stopped(self, fault: CdpError) -> bytes:
        """The last record of an answer that has begun and cannot go on."""
        return self._writer.ending(self._totals, self._edition_hash, METHOD_VERSION, fault)

    def _answer_rows(self, rows: Rows) -> bytes:
        if self._reader.next_row - 1 > self._most_rows:
            raise TooManyRows(f"This operation reads at most {self._most_rows} rows.")
        valued = self._valuer.value(rows)
        self._totals.add(valued)
        beginning = b"" if self._has_begun else self._writer.beginning()
        self._has_begun = True
        return beginning + self._writer.rows(valued)


async def bulk_run(
    editions: PublishedEditions,
    figures: Figures,
    caller: Caller,
    edition_hash: str,
    options: Options,
    *,
    reads: str,
    writes: str,
    encoding: str,
    limits: FileLimits,
) -> BulkRun:
    """A run over a file in the format `reads`, answered in the format `writes`.

    Raises when the edition is not known or the options do not hold; nothing of the file has been read then.
    """
    terms = await terms_of(editions, figures, caller, edition_hash, options)
    return BulkRun(terms, READERS[reads](), WRITERS[writes](), Blocks(encoding, limits), limits.most_rows)


async def terms_of(
    editions: PublishedEditions,
    figures: Figures,
    caller: Caller,
    edition_hash: str,
    options: Options,
    *,
    place: str = "?edition_hash",
) -> Terms:
    """What lines are checked against under a published edition, once for all of them.

    Raises when there is no such edition or the options do not hold; `place` is where its hash was stated.
    """
    book = await editions.by_hash(edition_hash)
    mark = place[0]
    faults = [replace(one, pointer=f"{mark}{one.pointer[1:]}") for one in option_faults(options, figures)]
    if book is None:
        faults.insert(0, FieldError(place, "edition_unknown", "no published edition has this hash"))
    if book is None or faults:
        raise LinesRefused("Nothing was read; see errors.", errors=faults)
    return Terms(book, figures, options, holds_licence(caller, book.content))
