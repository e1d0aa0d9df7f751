"""Keeping with a publication what its figures beside the ledger rest on, to work them out again."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from sqlalchemy.ext.asyncio import AsyncConnection

from cdp_common.contracts.publications import Publication
from reporting_api.storage.publication_sources import SourceKind, SourceVersion, keep_sources, sources_now
from reporting_api.storage.published_spend import keep_spend_sums
from reporting_api.use_cases.publish_spend import SpendToPublish
from reporting_api.use_cases.read_contract_ratios import RatioToPublish


async def keep_what_was_counted(
    tx: AsyncConnection, publication: Publication, spend: SpendToPublish, ratio: RatioToPublish
) -> None:
    """Write which imports, rounds, worths and prior totals a publication counted, and payments in sums."""
    counted: Mapping[SourceKind, Collection[SourceVersion]] = {
        "spend_import": spend.imports,
        "spend_round": spend.rounds,
        "spend_sums": [(publication.id, 0)] if spend.sums else [],
        "contract_value": ratio.values,
        "prior_total": [(one.id, one.version) for one in publication.value.prior_totals],
    }
    await keep_spend_sums(tx, publication.id, spend.sums)
    for kind, versions in counted.items():
        await keep_sources(tx, publication.id, await sources_now(tx, kind, versions))
