"""Contracting processes as they are published in the open contracting data standard (OCDS)."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, cast

import strawberry
from strawberry.scalars import JSON

from cdp_common.contracts import ocds as contract
from gateway.context import Context, Info
from gateway.errors import IdInvalid
from gateway.loading import or_none
from gateway.schema.fields import calls_each, computed

MAX_OCID_CHARS = 300


@strawberry.type(description="A release: what was published of a contracting process at one time.")
class OcdsRelease:
    """A release."""

    document: JSON = strawberry.field(description="The release itself, in the standard's own names.")

    @computed("Its id, one of each in its process.")
    def release_id(self) -> str:
        """The id."""
        return str(self._stated["id"])

    @computed("When it was published.")
    def date(self) -> datetime:
        """The moment."""
        return datetime.fromisoformat(self._stated["date"])

    @computed("What it tells of, in the standard's words, for example `tender`.")
    def tags(self) -> list[str]:
        """The tags."""
        return list(self._stated["tag"])

    @property
    def _stated(self) -> dict[str, Any]:
        return cast("dict[str, Any]", self.document)


@strawberry.type(description="A contracting process from tender to delivery: all that was published of it.")
class ContractingRecord:
    """A record of the standard."""

    ocid: str = strawberry.field(description="The open contracting id.")
    published_at: datetime = strawberry.field(description="When the last of it was published.")
    publisher: str = strawberry.field(description="Who publishes it.")
    licence: str = strawberry.field(description="The address of the licence under which it may be used.")
    uri: str = strawberry.field(description="Where the record itself is read.")
    releases: list[OcdsRelease] = strawberry.field(description="Every release, the oldest first.")
    compiled_release: JSON = strawberry.field(
        description="What they say together, in the standard's own names."
    )

    @classmethod
    def of(cls, package: contract.RecordPackage) -> ContractingRecord:
        """The one record of a package."""
        [record] = package.records
        return cls(
            ocid=record.ocid,
            published_at=package.published_date,
            publisher=package.publisher.name,
            licence=package.license,
            uri=package.uri,
            releases=[OcdsRelease(document=cast("JSON", one)) for one in record.releases],
            compiled_release=cast("JSON", record.compiled_release),
        )


@strawberry.type
class ContractingQueries:
    """What can be asked of contracting processes at the root."""

    @calls_each("A contracting process by its open contracting id; null where nothing is published of it.")
    async def contracting_record(
        self,
        info: Info,
        ocid: Annotated[str, strawberry.argument(description="The open contracting id.")],
    ) -> ContractingRecord | None:
        """A record."""
        if not 1 <= len(ocid) <= MAX_OCID_CHARS:
            raise IdInvalid("No open contracting id is so short or so long.")
        return await record_of(info.context, ocid)


async def contracting_record_of_tender(
    parent: strawberry.Parent[Any], info: Info
) -> ContractingRecord | None:
    """The record of a tender's process; none before anything is published of it."""
    return None if parent.ocid is None else await record_of(info.context, parent.ocid)


async def record_of(context: Context, ocid: str) -> ContractingRecord | None:
    """What is published of a process, from tender to delivery."""
    found = await or_none(context.upstreams.reporting.ask(lambda api: api.get_ocds_record(ocid)))
    return None if found is None else ContractingRecord.of(found)
