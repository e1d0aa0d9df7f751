"""What a preview of a publication tells beside its figures."""

from __future__ import annotations

from enum import Enum

import strawberry

from cdp_common.contracts import previews
from gateway.schema.contract_ratios import ContractRatio
from gateway.schema.enums import Basis, Figure, described_value
from gateway.schema.fields import computed
from gateway.schema.published_need import PublishedNeed
from gateway.schema.published_spend import PublishedSpend
from gateway.schema.records import as_shown, said, shows


@strawberry.enum(description="What can be told of withheld cells from the shown total above them.")
class Exposure(Enum):
    """What stays exposed."""

    CELL_TOLD = described_value("cell_told", "The one withheld cell is the total less the others.")
    REMAINDER_TOO_FEW = described_value(
        "remainder_too_few", "The withheld cells together are of too few organisations after the named ones."
    )
    REMAINDER_DOMINATED = described_value(
        "remainder_dominated", "The withheld cells together are dominated by one organisation."
    )
    CELL_ESTIMATED = described_value(
        "cell_estimated", "The withheld cells are safe together; one of them can be estimated too closely."
    )


@shows(
    previews.ExposedCells,
    "Withheld cells of which publishing would tell too much all the same, and whose they are.",
)
class ExposedCells:
    """Cells that stay exposed."""

    code: Exposure = said("What can be told.")
    by: str = said("The dimension, deciles of deprivation among them.")
    basis: Basis | None = said("On which side organisations are grouped; null for other dimensions.")
    under: str | None = said("The key of the shown cell above them; null where it is the whole.")
    keys: list[str] = said("What the cells stand for: codes or ids.")
    labels: list[str] = said("The same for a reader.")
    figures: list[Figure] = said("Of which figures.")
    organisations: list[str] = said("With whose agreement to be named nothing would be exposed.")


@strawberry.type(description="What a publication states beside its figures, as a preview shows it.")
class PreviewedSections:
    """The further sections of a publication that was not made yet."""

    record: strawberry.Private[previews.PublicationPreview]

    @computed("How its value would be spread by need, for each head.")
    def need(self) -> PublishedNeed:
        """By need."""
        return PublishedNeed.of(self.record.need)

    @computed("Social value for each £ of the contracts in force.")
    def contract_ratio(self) -> ContractRatio:
        """For each £ of contract."""
        return as_shown(ContractRatio, self.record.contract_ratio)

    @computed("What partners paid to suppliers.")
    def spend(self) -> PublishedSpend:
        """Payments."""
        return as_shown(PublishedSpend, self.record.spend)
