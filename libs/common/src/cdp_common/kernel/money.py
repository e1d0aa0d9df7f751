"""Pounds and pence: stored as whole pence, spoken as decimal pounds, never as floats."""

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal, localcontext
from math import lcm

from cdp_common.kernel.errors import InvalidInput

MAX_SIGNIFICANT_DIGITS = 18
"""Amounts fit a BIGINT of pence with room for sums: at most 18 digits, so below £10^16."""

_PENCE_LIMIT = 10**MAX_SIGNIFICANT_DIGITS
_TOO_MANY_DIGITS = f"the amount has more than {MAX_SIGNIFICANT_DIGITS} significant digits"


class AmountNotUsable(InvalidInput):
    """The amount is not a finite number of a size that can be money."""

    code = "amount_not_usable"
    title = "The amount cannot be used as money"


class WeightsNotUsable(InvalidInput):
    """The shares of a split are missing, negative, not finite or all zero."""

    code = "weights_not_usable"
    title = "The shares cannot be used to split an amount"


def pence_from_gbp(amount: Decimal) -> int:
    """Whole pence of an amount in pounds; half a penny rounds away from zero."""
    text = str(amount)
    if text[-3:-2] == "." and len(text) <= MAX_SIGNIFICANT_DIGITS - 2:
        return int(text[:-3] + text[-2:])  # as services write pounds: nothing to round, and a size that fits
    if not amount.is_finite():
        raise AmountNotUsable("the amount is not a finite number")
    if amount.is_zero():
        return 0
    # The size is looked at before any arithmetic: 1E+999999 would otherwise be written out in full.
    if (
        amount.adjusted() >= MAX_SIGNIFICANT_DIGITS - 2
        or _significant_digits(amount) > MAX_SIGNIFICANT_DIGITS
    ):
        raise AmountNotUsable(_TOO_MANY_DIGITS)
    with localcontext(prec=2 * MAX_SIGNIFICANT_DIGITS):
        pence = int(amount.quantize(Decimal("0.01"), rounding=ROUND_HALF_UP).scaleb(2))
    if abs(pence) >= _PENCE_LIMIT:
        raise AmountNotUsable(_TOO_MANY_DIGITS)
    return pence


_NOTHING = Decimal("0.00")


def gbp_from_pence(pence: int) -> Decimal:
    """Pounds with two decimals."""
    if not pence:  # of the amounts of most lines half are nothing
        return _NOTHING
    return Decimal(gbp_text(pence))  # from text, so that no context rounds it


def gbp_text(pence: int) -> str:
    """Pounds as the wire carries them, `1234.50`: no separator, no symbol, always two decimals."""
    if pence >= 100:  # nearly always, and of large answers there are thousands
        digits = str(pence)
        return f"{digits[:-2]}.{digits[-2:]}"
    sign = "-" if pence < 0 else ""
    pounds, rest = divmod(abs(pence), 100)
    return f"{sign}{pounds}.{rest:02d}"


def split_pence(total: int, weights: Sequence[Decimal]) -> list[int]:
    """Parts of `total` in proportion to `weights` that sum to it exactly.

    Each part is cut to the penny towards zero and the last part with a weight takes what is left, so no part
    ever has the other sign or a share it has no weight for.
    """
    if not weights or any(not weight.is_finite() or weight < 0 for weight in weights):
        raise WeightsNotUsable("shares must be given and be finite and not negative")
    if len(weights) == 1 and weights[0] > 0:
        return [total]
    shares = whole_weights(weights)
    whole = sum(shares)
    if whole == 0:
        raise WeightsNotUsable("at least one share must be above zero")
    sign = -1 if total < 0 else 1
    parts = [sign * (abs(total) * share // whole) for share in shares]
    last = max(index for index, share in enumerate(shares) if share > 0)
    parts[last] += total - sum(parts)
    return parts


def whole_weights(weights: Sequence[Decimal]) -> list[int]:
    """Whole numbers in the same proportion as finite weights, exactly."""
    ratios = [weight.as_integer_ratio() for weight in weights]
    common = lcm(*(below for _, below in ratios))
    return [above * (common // below) for above, below in ratios]


def _significant_digits(amount: Decimal) -> int:
    """Digits from the first that is not zero to the last that is not zero."""
    return len("".join(map(str, amount.as_tuple().digits)).strip("0"))
