"""A bid read as the rules need it. Its lines are nearly all of it, and most say no more than five things.

Such lines are read by msgspec in one pass, for a third of what the contract takes for them and the rules then
take from it. All others are read by the contract, and so is what a bid says beside its lines. What is read in
either way is the same (`tests/unit/procurement_api/test_quick_bid.py`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Annotated, Any

import msgspec

from cdp_common.contracts.base import CODE_PATTERN, decimal_from_text
from cdp_common.contracts.bids import MAX_ANSWER_CHARS, MAX_LINES, BidDraft, BidHead
from cdp_common.contracts.toms import Unit
from cdp_common.kernel.json_text import MemberRepeated, surely_repeats_none
from procurement_api.domain.bid import Content, Line
from procurement_api.domain.promised_quantity import Amount
from procurement_api.use_cases.bid_rules import bid_content
from procurement_api.use_cases.quick_json import quick_canonical, quick_document

_CODE = re.compile(CODE_PATTERN)


class _PlainLine(msgspec.Struct, forbid_unknown_fields=True, gc=False):
    measure: str
    unit: Unit
    quantity: str
    lot: str | None = None
    answer: Annotated[str, msgspec.Meta(max_length=MAX_ANSWER_CHARS)] = ""


_PlainLines = Annotated[list[_PlainLine], msgspec.Meta(min_length=1, max_length=MAX_LINES)]


@dataclass(frozen=True)
class QuickBid:
    """A bid that was sent: what it says beside its lines, what it offers, and its canonical bytes."""

    head: BidHead
    offered: Content
    content: bytes


def quick_bid(body: bytes) -> QuickBid:
    """The bid that JSON states; raises `ValueError` for what states none, `RecursionError` for deep nests.

    `ValueError` too where it may name a member twice, of which only the last was read.
    """
    document = quick_document(body)
    content = quick_canonical(document)
    if not surely_repeats_none(body, content):
        raise MemberRepeated("an object may name a member more than once")
    lines = _plain_lines(document)
    if lines is None:
        draft = BidDraft.model_validate(document)
        return QuickBid(draft, bid_content(draft), content)
    head = BidHead.model_validate({name: said for name, said in document.items() if name != "lines"})
    return QuickBid(head, Content(head.lots, lines), content)


def _plain_lines(document: Any) -> list[Line] | None:
    """The lines of a bid if all of them are plain and right."""
    try:
        stated = msgspec.convert(document["lines"], _PlainLines)
        quantities = map(decimal_from_text, [line.quantity for line in stated])
        lines = [
            Line(line.measure, line.lot, Amount(quantity), line.unit, line.answer, None)
            for line, quantity in zip(stated, quantities, strict=True)
        ]
    except (LookupError, TypeError, ValueError):
        return None
    # The same few are named again and again.
    codes = {line.measure for line in lines} | {line.lot for line in lines if line.lot is not None}
    return lines if all(map(_CODE.fullmatch, codes)) else None
