"""The totals of a run: sums of rounded lines."""

from dataclasses import dataclass

import polars as pl

from toms_engine.bulk.rows import ValuedRows
from toms_engine.domain.file_errors import TotalsTooLarge

_SUMMED = ("social_pence", "local_economic_pence", "fiscal_pence")
_LIMIT = 10**18


@dataclass(slots=True)
class Totals:
    """Counts and whole pence of the rows so far."""

    valued: int = 0
    refused: int = 0
    social_pence: int = 0
    local_economic_pence: int = 0
    fiscal_pence: int = 0

    @property
    def lines(self) -> int:
        """All rows, valued or refused."""
        return self.valued + self.refused

    @property
    def total_pence(self) -> int:
        """Both components together."""
        return self.social_pence + self.local_economic_pence

    def add(self, rows: ValuedRows) -> None:
        """Count a block in; raises `TotalsTooLarge` when a total needs more than eighteen digits of pence."""
        # A block's sum may pass 64 bits, so it is taken in 128.
        sums = rows.frame.select(pl.col(*_SUMMED).cast(pl.Int128).sum()).row(0)
        for name, more in zip(_SUMMED, sums, strict=True):
            setattr(self, name, getattr(self, name) + more)
        self.valued += rows.frame.height
        self.refused += len(rows.refused)
        if max(abs(self.social_pence), abs(self.local_economic_pence), abs(self.total_pence)) >= _LIMIT:
            raise TotalsTooLarge("The rows come to more pounds than can be held.")
