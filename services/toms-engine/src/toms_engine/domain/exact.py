"""Exact arithmetic: a running product of decimals that is rounded once, half up, to the penny."""

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal, localcontext

WORKING_DIGITS = 60
"""What intermediate decimals of a factor carry before the factor is rounded to its defined places."""

SIGNIFICANT_DIGITS = 18
"""What a decimal on the wire may hold."""

_FACTOR_PLACES = Decimal("1E-12")
_SHOWN_PLACES = 8


@dataclass(frozen=True, slots=True)
class Exact:
    """A ratio of whole numbers, kept unreduced: multiplying is cheap and nothing is lost."""

    numerator: int = 1
    denominator: int = 1

    def times(self, factor: Decimal, divisor: Decimal | None = None) -> "Exact":
        """This × factor ÷ divisor, exactly; the divisor is above zero."""
        above, below = factor.as_integer_ratio()
        numerator, denominator = self.numerator * above, self.denominator * below
        if divisor is not None:
            above, below = divisor.as_integer_ratio()
            numerator, denominator = numerator * below, denominator * above
        return Exact(numerator, denominator)

    def pence(self) -> int:
        """The amount, taken as pounds, in whole pence; half a penny rounds away from zero."""
        size = (2 * 100 * abs(self.numerator) + self.denominator) // (2 * self.denominator)
        return -size if self.numerator < 0 else size

    def shown(self) -> Decimal:
        """The number for a reader: at most eight places and eighteen significant digits."""
        with localcontext(prec=WORKING_DIGITS):
            value = Decimal(self.numerator) / Decimal(self.denominator)
            places = min(_SHOWN_PLACES, SIGNIFICANT_DIGITS - max(value.adjusted() + 1, 1))
            return without_trailing_zeros(
                value.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP),
            )


def factor_of(value: Decimal) -> Decimal:
    """A factor to the twelve places to which the method defines factors that have no short decimal."""
    with localcontext(prec=WORKING_DIGITS):
        return without_trailing_zeros(value.quantize(_FACTOR_PLACES, rounding=ROUND_HALF_UP))


def without_trailing_zeros(value: Decimal) -> Decimal:
    """The same number written without an exponent and without zeros after its last decimal."""
    text = format(value, "f")
    return Decimal(text.rstrip("0").rstrip(".") if "." in text else text)


def decimal_places(value: Decimal) -> int:
    """How many decimals a number has, zeros at its end not counted."""
    return len(format(value, "f").partition(".")[2].rstrip("0"))


def significant_digits(value: Decimal) -> int:
    """How many digits lie between the first and the last that are not zero, both counted."""
    return len("".join(map(str, value.as_tuple().digits)).strip("0"))
