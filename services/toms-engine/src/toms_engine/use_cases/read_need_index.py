"""Reads an index of deprivation: its facts, rankings and weights, and what its imports found."""

from cdp_common.contracts.needs import NeedFileReceipt, NeedIndex, NeedRanking
from cdp_common.db.database import Database
from toms_engine.domain.errors import NeedIndexNotFound
from toms_engine.storage import need_files as store
from toms_engine.storage.need_indices import area_count, index_row

MAX_RECEIPTS = 20


async def get_need_index(db: Database, index: str) -> NeedIndex:
    """One index by its name."""
    async with db.begin() as tx:
        head = await index_row(tx, index)
        if head is None:
            raise NeedIndexNotFound("No index is stored under this name.")
        stored = await area_count(tx, index)
        layout = await store.layout_row(tx, index)
        receipts = await store.receipts(tx, index, MAX_RECEIPTS)
    known = (
        {}
        if layout is None
        else {
            "nation": layout["nation"],
            "layout": layout["layout"],
            "layout_version": layout["layout_version"],
            "comparability": layout["comparability"],
            "rankings": [NeedRanking.model_validate(ranking) for ranking in layout["rankings"]],
            "denominators": layout["denominators"],
            "weights_source": layout["weights_source"],
        }
    )
    return NeedIndex(
        index=head["slug"],
        title=head["title"],
        vintage=head["vintage"],
        area_count=head["area_count"],
        areas_stored=stored,
        licence=head["licence"],
        source=head["source"],
        files=[NeedFileReceipt.model_validate(receipt) for receipt in receipts],
        **known,
    )
