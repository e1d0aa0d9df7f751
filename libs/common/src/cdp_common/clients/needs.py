"""What the client of toms-engine asks about areas of need."""

from __future__ import annotations

from cdp_common.clients.base import ServiceClient, UploadFile
from cdp_common.contracts.base import Page
from cdp_common.contracts.measure_choice import (
    MeasureChoice,
    MeasureChoiceRequest,
    MeasureRanking,
    MeasureRankingRequest,
)
from cdp_common.contracts.needs import (
    AreaBatch,
    AreaBatchRequest,
    AreaChanges,
    AreaMap,
    AreaNeed,
    BoundaryReceipt,
    LookupList,
    LookupReceipt,
    NeedBand,
    NeedBanding,
    NeedBandingDraft,
    NeedCoverage,
    NeedFileReceipt,
    NeedIndex,
    NeedIndexImport,
    NeedIndexReceipt,
    NeedLayoutList,
    PostcodeBatch,
    PostcodeBatchRequest,
    WardBatch,
    WardBatchRequest,
)


class NeedsOperations(ServiceClient):
    """The operations of toms-engine's needs analysis, one method each; `TomsClient` has them too."""

    async def import_need_index(self, part: NeedIndexImport, *, idempotency_key: str) -> NeedIndexReceipt:
        """What the import of a part of an index stored."""
        return await self._request(
            "POST", "/v1/need-indices", answer=NeedIndexReceipt, json=part, idempotency_key=idempotency_key
        )

    async def get_need_index(self, index: str) -> NeedIndex:
        """An index with its rankings, weights and the receipts of its files."""
        return await self._get(f"/v1/need-indices/{index}", NeedIndex)

    async def list_need_layouts(self) -> NeedLayoutList:
        """The official files that can be sent."""
        return await self._get("/v1/need-layouts", NeedLayoutList)

    async def import_need_file(
        self, file: UploadFile, *, layout: str, coverage: NeedCoverage = "complete", idempotency_key: str
    ) -> NeedFileReceipt:
        """What the import of an index's official file found and stored."""
        return await self._post(
            "/v1/need-files",
            NeedFileReceipt,
            upload=file,
            params={"layout": layout, "coverage": coverage},
            idempotency_key=idempotency_key,
        )

    async def publish_need_banding(self, draft: NeedBandingDraft, *, idempotency_key: str) -> NeedBanding:
        """The version of a place's bands that holds from now on."""
        return await self._post("/v1/need-bandings", NeedBanding, json=draft, idempotency_key=idempotency_key)

    async def list_need_bandings(
        self, *, index: str, place: str | None = None, limit: int | None = None, cursor: str | None = None
    ) -> Page[NeedBanding]:
        """Versions of places' bands in the order of place and version."""
        params = {"index": index, "place": place, "limit": limit, "cursor": cursor}
        return await self._get("/v1/need-bandings", Page[NeedBanding], params=params)

    async def import_lookup(
        self, file: UploadFile, *, layout: str, edition: str, idempotency_key: str
    ) -> LookupReceipt:
        """What the import of a lookup found and stored."""
        return await self._post(
            "/v1/lookups",
            LookupReceipt,
            upload=file,
            params={"layout": layout, "edition": edition},
            idempotency_key=idempotency_key,
        )

    async def list_lookups(self) -> LookupList:
        """The lookups that are loaded, newest first."""
        return await self._get("/v1/lookups", LookupList)

    async def get_area_changes(self, code: str) -> AreaChanges:
        """Every change that an area takes part in."""
        return await self._get(f"/v1/area-changes/{code}", AreaChanges)

    async def rank_measures(self, request: MeasureRankingRequest) -> MeasureRanking:
        """The measures of an edition by need."""
        return await self._post("/v1/measures/ranking", MeasureRanking, json=request, is_read=True)

    async def recommend_measures(self, request: MeasureChoiceRequest) -> MeasureChoice:
        """A proportionate set of measures for a tender."""
        return await self._post("/v1/measures/recommendation", MeasureChoice, json=request, is_read=True)

    async def attach_boundaries(
        self,
        index: str,
        file: UploadFile,
        *,
        code_property: str,
        licence: str,
        attribution: str,
        source_url: str,
        idempotency_key: str,
    ) -> BoundaryReceipt:
        """What a file of outlines brought to an index."""
        params = {
            "code_property": code_property,
            "licence": licence,
            "attribution": attribution,
            "source_url": source_url,
        }
        return await self._post(
            f"/v1/need-indices/{index}/boundaries",
            BoundaryReceipt,
            upload=file,
            params=params,
            idempotency_key=idempotency_key,
        )

    async def get_area_map(
        self,
        *,
        index: str,
        place: str | None = None,
        band: NeedBand | None = None,
        after: str | None = None,
        limit: int | None = None,
    ) -> AreaMap:
        """A page of areas with their bands as GeoJSON."""
        params = {"index": index, "place": place, "band": band, "after": after, "limit": limit}
        return await self._get("/v1/areas/geojson", AreaMap, params=params)

    async def batch_postcodes(self, batch: PostcodeBatchRequest) -> PostcodeBatch:
        """The areas of postcodes under an index."""
        return await self._post("/v1/postcodes/batch", PostcodeBatch, json=batch, is_read=True)

    async def batch_wards(self, batch: WardBatchRequest) -> WardBatch:
        """The areas of many wards under one index, each once, in the order asked for."""
        return await self._post("/v1/wards/batch", WardBatch, json=batch, is_read=True)

    async def batch_areas(self, batch: AreaBatchRequest) -> AreaBatch:
        """Deciles and bands of areas by code."""
        return await self._request("POST", "/v1/areas/batch", answer=AreaBatch, json=batch, is_read=True)

    async def list_areas(
        self,
        *,
        index: str | None = None,
        postcode: str | None = None,
        place: str | None = None,
        band: NeedBand | None = None,
        decile: int | None = None,
        domain: str | None = None,
        domains: bool | None = None,
        limit: int | None = None,
        cursor: str | None = None,
    ) -> Page[AreaNeed]:
        """Areas of an index in the order of their codes, or the areas of a postcode."""
        params = {
            "index": index,
            "postcode": postcode,
            "place": place,
            "band": band,
            "decile": decile,
            "domain": domain,
            "domains": domains,
            "limit": limit,
            "cursor": cursor,
        }
        return await self._request("GET", "/v1/areas", answer=Page[AreaNeed], params=params)
