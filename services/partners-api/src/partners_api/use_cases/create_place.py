"""Records a place with its programme."""

from collections.abc import Iterable
from datetime import datetime

from cdp_common.contracts import partners as wire
from cdp_common.db.database import Database
from cdp_common.db.events import record_event
from cdp_common.db.idempotency import Answer, Once
from cdp_common.kernel.identifiers import new_id
from cdp_common.kernel.money import pence_from_gbp
from partners_api.domain.authority import Actor, require_operator
from partners_api.domain.places import Place, PriorTotal, ProgrammeItem, require_distinct_codes
from partners_api.storage.places import insert_place
from partners_api.use_cases.happenings import place_created
from partners_api.use_cases.keepable import require_keepable
from partners_api.use_cases.views import place_view


async def create_place(
    database: Database, actor: Actor, draft: wire.PlaceDraft, once: Once, now: datetime
) -> Answer:
    """The answer with the recorded place; only the operator makes places."""
    require_operator(actor)
    async with database.begin() as tx:
        if earlier := await once.replay(tx):
            return earlier
        place = _place_from(draft, now)
        view = place_view(place)
        require_keepable(view)
        await insert_place(tx, place)
        await record_event(tx, place_created(place), now)
        location = {"Location": f"/v1/places/{place.id}"}
        return await once.keep(tx, 201, view, headers=location, now=now)


def _place_from(draft: wire.PlaceDraft, now: datetime) -> Place:
    place = Place(
        id=new_id(),
        slug=draft.slug,
        name=draft.name,
        gss_code=draft.gss_code,
        objectives=_items(draft.objectives),
        commitments=_items(draft.commitments),
        phases=_items(draft.phases),
        prior_totals=tuple(_prior_total(total) for total in draft.prior_totals),
        need_index=draft.need_index,
        source=draft.source,
        created_at=now,
    )
    require_distinct_codes(
        {"objectives": place.objectives, "commitments": place.commitments, "phases": place.phases}
    )
    return place


def _items(items: Iterable[wire.NamedItem]) -> tuple[ProgrammeItem, ...]:
    return tuple(ProgrammeItem(item.code, item.title, item.description) for item in items)


def _prior_total(total: wire.PriorTotal) -> PriorTotal:
    return PriorTotal(
        label=total.label,
        amount_pence=pence_from_gbp(total.amount_gbp),
        period_text=total.period_text,
        publisher=total.publisher,
        method_text=total.method_text,
        validated_by=total.validated_by,
        url=total.url,
        note=total.note,
    )
