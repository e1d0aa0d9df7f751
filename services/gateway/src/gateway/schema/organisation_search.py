"""Organisations with a similar name, and lists of organisations."""

from __future__ import annotations

from typing import Annotated, cast

import strawberry

from cdp_common.contracts import descriptions as contract
from cdp_common.contracts.organisations import OrganisationKind as KindText
from gateway.context import Info
from gateway.schema.enums import OrganisationKind
from gateway.schema.fields import calls_each, computed
from gateway.schema.nodes import DEFAULT_PAGE_SIZE, After, Connection, First
from gateway.schema.partners import Organisation
from gateway.schema.records import page_of, said, shows


@shows(contract.OrganisationHit, "An organisation with a similar name.", without={"organisation": "computed"})
class OrganisationHit:
    """A hit."""

    similarity: str = said("How similar the name is, from 0.000 to 1.000.")

    @computed("The organisation.")
    def organisation(self) -> Organisation:
        """The organisation."""
        return Organisation.of(cast("contract.OrganisationHit", self).organisation)


@strawberry.type
class OrganisationQueries:
    """What can be asked of organisations at the root."""

    @calls_each("Organisations with a similar name, the most similar first; mistypings are forgiven.")
    async def organisation_search(
        self,
        info: Info,
        name: Annotated[str, strawberry.argument(description="The name, or a part of it.")],
        kind: Annotated[
            OrganisationKind | None, strawberry.argument(description="Only this sort of organisation.")
        ] = None,
        is_sme: Annotated[bool | None, strawberry.argument(description="Only SMEs, or none.")] = None,
        is_vcse: Annotated[bool | None, strawberry.argument(description="Only VCSEs, or none.")] = None,
        first: First = DEFAULT_PAGE_SIZE,
        after: After = None,
    ) -> Connection[OrganisationHit] | None:
        """A page of hits."""
        return await page_of(
            OrganisationHit,
            info.context.upstreams.partners,
            lambda api, page: api.list_similar_organisations(
                name=name,
                kind=None if kind is None else cast("KindText", kind.value),
                is_sme=is_sme,
                is_vcse=is_vcse,
                **page,
            ),
            first,
            after,
        )
