"""What the client of reporting-api asks about single promised lines."""

from __future__ import annotations

from cdp_common.clients.base import ServiceClient
from cdp_common.contracts.base import Batch, IdBatch
from cdp_common.contracts.line_deliveries import LineDelivery


class LineDeliveryOperations(ServiceClient):
    """The operation of reporting-api on promised lines."""

    async def batch_line_deliveries(self, batch: IdBatch) -> Batch[LineDelivery]:
        """What was delivered against promised lines, by their ids."""
        path = "/v1/commitment-lines/deliveries/batch"
        return await self._post(path, Batch[LineDelivery], json=batch, is_read=True)
