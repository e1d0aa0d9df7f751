"""Contracts of what publishing a period would show, and what it could not hide."""

from __future__ import annotations

from typing import Literal

from cdp_common.contracts.base import Code, Contract
from cdp_common.contracts.contract_ratios import ContractRatio
from cdp_common.contracts.published_need import PublishedNeed
from cdp_common.contracts.published_spend import PublishedSpend
from cdp_common.contracts.reporting import Basis, CollectiveValue

Exposure = Literal["cell_told", "remainder_too_few", "remainder_dominated", "cell_estimated"]
"""What can be told of withheld cells from the shown total above them.

- cell_told: there is one withheld cell, and the total less the others tells it;
- remainder_too_few: the withheld cells together are of too few organisations after the named ones; where it
  lies among them stays open;
- remainder_dominated: likewise, of enough organisations, of which one dominates;
- cell_estimated: they are safe together, but one of them can be estimated too closely.
"""


class ExposedCells(Contract):
    """Withheld cells of a grouping of which publishing would tell too much all the same, and whose they are.

    Publishing does not refuse: it withholds the cells, and the totals above them are public. With the
    agreement of these organisations to be named nothing would be exposed.
    """

    code: Exposure
    by: str  # as in groupings, or `decile`
    basis: Basis | None = None
    under: Code | None = None  # the key of the shown cell above them; null where it is the whole
    keys: list[str]
    labels: list[str]
    figures: list[Literal["committed", "due", "delivered", "validated"]]
    organisations: list[str]  # names


class PublicationPreview(CollectiveValue):
    """What publishing the period now would show; `coverage` names who has not reported."""

    exposed: list[ExposedCells]
    need: PublishedNeed
    contract_ratio: ContractRatio
    spend: PublishedSpend
