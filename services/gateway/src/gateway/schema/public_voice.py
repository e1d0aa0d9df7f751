"""What the public says to a place: ideas that show, how many support it, and what one agrees to."""

from __future__ import annotations

from datetime import datetime
from enum import Enum
from typing import Annotated, Any, cast
from uuid import UUID

import strawberry

from cdp_common.contracts import public_voice as contract
from gateway.context import Context, Info
from gateway.errors import UpstreamFault
from gateway.schema.enums import DataStatus, described_value
from gateway.schema.nodes import DEFAULT_PAGE_SIZE, After, Connection, First, Node, parse_uuid
from gateway.schema.records import as_shown, page_of, said, shows, shows_node


@strawberry.enum(description="What somebody of the public sends.")
class IdeaKind(Enum):
    """What somebody sends."""

    IDEA = described_value("idea", "An idea.")
    FEEDBACK = described_value("feedback", "Feedback.")
    CASE_STUDY = described_value("case_study", "A case study.")


@strawberry.enum(description="For what somebody leaves a name.")
class ContactPurpose(Enum):
    """For what somebody leaves a name."""

    GATHERING = described_value("gathering", "To come to a training or an event.")
    IDEA = described_value("idea", "To be known as the sender of an idea.")
    SUPPORTER = described_value("supporter", "To support the programme, or to hear of it.")


@shows_node(contract.Idea, "An idea of the public that a moderator let show.", without={"place_id": "parent"})
class Idea(Node):
    """An idea."""

    record: strawberry.Private[contract.Idea]
    rest_id: UUID = said("The id by which the REST APIs know it.", of="id")
    kind: IdeaKind = said("What it is.")
    title: str = said("The title.")
    text: str = said("The text, plain.")
    objectives: list[str] = said("Codes of the place's objectives that it is about.")
    area: str | None = said("The code of the area that it is about; null for none.")
    sender_name: str | None = said(
        "Who sent it, where the sender asked for being named; null for all others."
    )
    reply: str | None = said("What the place answered; null while it has not.")
    received_at: datetime = said("When it arrived.")
    data_status: DataStatus = said("Whether it is real or a sample.")


@shows(
    contract.ConsentWording,
    "What people agree to when they leave their name; the latest of a purpose is the one to agree to.",
    without={"place_id": "the parent"},
)
class ConsentWording:
    """A wording."""

    rest_id: UUID = said("The id by which what one sends names it.", of="id")
    purpose: ContactPurpose = said("For what a name is left.")
    version: str = said("The version.")
    text: str = said("What one agrees to.")
    published_at: datetime = said("When it was published.")


async def ideas_of_place(
    parent: strawberry.Parent[Any], info: Info, first: First = DEFAULT_PAGE_SIZE, after: After = None
) -> Connection[Idea] | None:
    """A page of ideas, the latest first."""
    partners = info.context.upstreams.partners
    return await page_of(
        Idea, partners, lambda api, page: api.list_ideas(parent.rest_id, **page), first, after
    )


async def consent_wordings_of_place(
    parent: strawberry.Parent[Any],
    info: Info,
    purpose: Annotated[
        ContactPurpose | None, strawberry.argument(description="Only those of this purpose.")
    ] = None,
    first: First = DEFAULT_PAGE_SIZE,
    after: After = None,
) -> Connection[ConsentWording] | None:
    """A page of wordings by purpose, of each the latest first."""
    wanted = None if purpose is None else cast("contract.ContactPurpose", purpose.value)
    return await page_of(
        ConsentWording,
        info.context.upstreams.partners,
        lambda api, page: api.list_consent_wordings(parent.rest_id, purpose=wanted, **page),
        first,
        after,
    )


async def supporter_count_of_place(parent: strawberry.Parent[Any], info: Info) -> int | None:
    """How many."""
    record = await info.context.upstreams.partners.ask(lambda api: api.get_supporter_count(parent.rest_id))
    return record.count


async def idea_node(context: Context, key: str) -> Idea | None:
    """The idea of a node id."""
    wanted = parse_uuid(key)
    try:
        return as_shown(Idea, await context.upstreams.partners.ask(lambda api: api.get_idea(wanted)))
    except UpstreamFault as fault:
        if fault.is_not_found:
            return None
        raise
