"""Pricing the pledges of a whole file: with few calls, and one that has no price spoils no other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from cdp_common.clients.toms import TomsClient
from cdp_common.contracts.charter import PledgeDraft
from cdp_common.contracts.commitments import CommitmentLine
from cdp_common.kernel.errors import FieldError, InvalidInput
from charter_api.use_cases.value_pledges import Promise, value_promises

MAX_ROUNDS = 4
"""How often the rest is priced anew without what was refused; after that each signature is by itself."""


@dataclass(frozen=True)
class Priced:
    """The commitments of one signature's pledges, or what is wrong with them."""

    commitments: Sequence[CommitmentLine | None] = ()
    faults: Sequence[FieldError] = ()


async def price_file(
    toms: TomsClient, signatures: Mapping[int, tuple[date, Sequence[PledgeDraft]]]
) -> dict[int, Priced]:
    """The prices of each signature's pledges, by the number under which it is given with its day."""
    done = {number: Priced([None] * len(of[1])) for number, of in signatures.items() if not _targets(of[1])}
    left = {number: of for number, of in signatures.items() if number not in done}
    for _ in range(MAX_ROUNDS):
        if not left:
            return done
        try:
            commitments = iter(await value_promises(toms, _promises(left)))
        except InvalidInput as refusal:
            refused = _by_signature(refusal)
            if not refused:
                break
            for number, faults in refused.items():
                done[number] = Priced(faults=faults)
                del left[number]
            continue
        done |= {number: Priced([next(commitments) for _ in of[1]]) for number, of in left.items()}
        return done
    for number, of in left.items():
        try:
            done[number] = Priced(await value_promises(toms, _promises({number: of})))
        except InvalidInput as refusal:
            words = [FieldError("/pledges", refusal.code, refusal.detail)]
            done[number] = Priced(faults=_by_signature(refusal).get(number, words))
    return done


def _targets(pledges: Sequence[PledgeDraft]) -> bool:
    return any(pledge.target is not None for pledge in pledges)


def _promises(left: Mapping[int, tuple[date, Sequence[PledgeDraft]]]) -> dict[str, Promise]:
    return {
        f"/{number}/pledges/{index}": Promise(pledge, signed_on)
        for number, (signed_on, pledges) in left.items()
        for index, pledge in enumerate(pledges)
    }


def _by_signature(refusal: InvalidInput) -> dict[int, list[FieldError]]:
    """The faults of each signature, at their places in its own document."""
    found: dict[int, list[FieldError]] = {}
    for error in refusal.errors:
        _, number, *rest = error.pointer.split("/", 2) if error.pointer else ("", "")
        if number.isdigit():
            pointer = "/" + "/".join(rest)
            found.setdefault(int(number), []).append(FieldError(pointer, error.code, error.message))
    return found
