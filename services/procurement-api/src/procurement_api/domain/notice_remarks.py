"""What of an imported notice was left behind or changed, so that nothing is lost without a word."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any, Literal

from cdp_common.kernel.visible_text import unseen_in
from procurement_api.domain.ocds_parts import (
    MAX_DESCRIPTION_CHARS,
    MAX_LOT_TITLE_CHARS,
    MAX_TITLE_CHARS,
    amount_of,
    is_called_off,
    is_currency,
    lot_ids,
    text_of,
)

MAX_REMARKS = 100
RemarkCode = Literal[
    "value_unread", "lot_unread", "lot_renamed", "lot_called_off", "text_cut", "text_cleaned"
]


@dataclass(frozen=True, slots=True)
class Remark:
    """One thing that the tender does not have as the notice states it."""

    pointer: str
    """Where it stands in the release, or in the releases of the process merged."""
    code: RemarkCode
    message: str


def remarks_of(release: Mapping[str, Any]) -> tuple[Remark, ...]:
    """What of a release could not be read, was cut or was named otherwise; the first hundred."""
    return tuple(islice(_remarks(release), MAX_REMARKS))


def _remarks(release: Mapping[str, Any]) -> Iterator[Remark]:
    stated = release.get("tender")
    tender: Mapping[str, Any] = stated if isinstance(stated, Mapping) else {}
    yield from _of_text("/tender/title", tender.get("title"), MAX_TITLE_CHARS)
    yield from _of_text("/tender/description", tender.get("description"), MAX_DESCRIPTION_CHARS)
    yield from _of_value("/tender/value", tender.get("value"))
    yield from _of_lots(tender.get("lots"))
    awards = release.get("awards")
    for number, award in enumerate(awards if isinstance(awards, list) else ()):
        if isinstance(award, Mapping):
            yield from _of_value(f"/awards/{number}/value", award.get("value"))


def _of_lots(lots: object) -> Iterator[Remark]:
    named = iter(lot_ids(lots))
    for number, lot in enumerate(lots if isinstance(lots, list) else ()):
        pointer = f"/tender/lots/{number}"
        if not isinstance(lot, Mapping):
            yield Remark(pointer, "lot_unread", "the lot is not an object and was left out")
            continue
        name = next(named)
        if is_called_off(lot):
            yield Remark(pointer, "lot_called_off", "the lot was called off and was left out")
            continue
        if text_of(lot.get("id")) != name:
            yield Remark(f"{pointer}/id", "lot_renamed", f"the lot is called {name} here")
        yield from _of_text(f"{pointer}/title", lot.get("title"), MAX_LOT_TITLE_CHARS)
        yield from _of_value(f"{pointer}/value", lot.get("value"))


def _of_text(pointer: str, text: object, most_chars: int) -> Iterator[Remark]:
    if isinstance(text, str) and unseen_in(text) is not None:
        yield Remark(pointer, "text_cleaned", "characters that cannot be seen were left out")
    if len(text_of(text) or "") > most_chars:
        yield Remark(pointer, "text_cut", f"only the first {most_chars} characters were kept")


def _of_value(pointer: str, value: object) -> Iterator[Remark]:
    """A value that states nothing is none; what it does state is read or remarked on."""
    if not isinstance(value, Mapping):
        if value is not None:
            yield Remark(pointer, "value_unread", "the value is not an object")
        return
    amounts = {name: value[name] for name in ("amount", "amountGross") if value.get(name) is not None}
    for name, amount in amounts.items():
        if amount_of(amount) is None:
            yield Remark(f"{pointer}/{name}", "value_unread", "this is not the number of an amount")
    if amounts and not is_currency(value.get("currency")):
        yield Remark(
            f"{pointer}/currency", "value_unread", "without the code of a currency no amount is read"
        )
