"""Exact arithmetic: a running product of decimals that is rounded once, half up, to the penny."""

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal, localcontext

WORKING_DIGITS = 60
"""What intermediate decimals of a factor carry before the factor is rounded to its defined places."""

SIGNIFICANT_DIGITS = 18
"""What a decimal on the wire may hold."""

WIDEST_EXPONENT = 40
"""Numbers written on the wire have at most so many characters."""

_FACTOR_PLACES = Decimal("1E-12")
_SHOWN_PLACES = 8
_SHORT = 10 ** (SIGNIFICANT_DIGITS - _SHOWN_PLACES)


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

    def by(self, other: "Exact") -> "Exact":
        """This × the other, exactly."""
        return Exact(self.numerator * other.numerator, self.denominator * other.denominator)

    def pence(self) -> int:
        """The amount, taken as pounds, in whole pence; half a penny rounds away from zero."""
        return self._whole(100)

    def rounded(self, places: int) -> Decimal:
        """The number to so many decimals, half away from zero."""
        with localcontext(prec=WORKING_DIGITS):
            return Decimal(self._whole(10**places)).scaleb(-places)

    def working(self) -> Decimal:
        """The number to sixty digits, for comparing: exact whenever it has a decimal as short as that."""
        with localcontext(prec=WORKING_DIGITS):
            return Decimal(self.numerator) / Decimal(self.denominator)

    def _whole(self, times: int) -> int:
        """This × `times` as a whole number, half away from zero."""
        size = (2 * times * abs(self.numerator) + self.denominator) // (2 * self.denominator)
        return -size if self.numerator < 0 else size

    def shown(self) -> Decimal:
        """The number for a reader: at most eight places and eighteen significant digits."""
        if abs(self.numerator) < self.denominator * _SHORT:  # it has eight places then, which is most often
            return _from_places(self._whole(10**_SHOWN_PLACES))
        with localcontext(prec=WORKING_DIGITS):
            value = self.working()
            places = min(_SHOWN_PLACES, SIGNIFICANT_DIGITS - max(value.adjusted() + 1, 1))
            return without_trailing_zeros(
                value.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP),
            )


def _from_places(whole: int) -> Decimal:
    """The number that has so many units of its eighth place, without zeros at its end.

    It is made of text, so that no context rounds it.
    """
    units, rest = divmod(abs(whole), 10**_SHOWN_PLACES)
    places = f".{rest:0{_SHOWN_PLACES}d}".rstrip("0") if rest else ""
    return Decimal(f"{'-' if whole < 0 else ''}{units}{places}")


def factor_of(value: Decimal) -> Decimal:
    """A factor to the twelve places to which the method defines factors that have no short decimal."""
    with localcontext(prec=WORKING_DIGITS):
        return without_trailing_zeros(value.quantize(_FACTOR_PLACES, rounding=ROUND_HALF_UP))


def without_trailing_zeros(value: Decimal) -> Decimal:
    """The same number written without an exponent and without zeros after its last decimal."""
    text = format(value, "f")
    return Decimal(text.rstrip("0").rstrip(".") if "." in text else text)


def decimal_places(value: Decimal) -> int:
    """How many decimals a number has, zeros at its end not counted; one that is not finite has none."""
    _, digits, exponent = value.as_tuple()
    if not isinstance(exponent, int) or exponent >= 0 or not value:
        return 0
    if digits[-1]:  # nearly always, and of large files there are millions
        return -exponent
    kept = len("".join(map(str, digits)).rstrip("0"))
    return max(0, kept - len(digits) - exponent)


def significant_digits(value: Decimal) -> int:
    """How many digits lie between the first and the last that are not zero, both counted."""
    digits = value.as_tuple().digits
    return len("".join(map(str, digits)).strip("0"))


def is_plain(value: Decimal) -> bool:
    """Whether a number can be held exactly: finite, of 18 significant digits and of no wild exponent.

    Whoever parses numbers in another form than the wire's may bring NaN or 1E-999999999, whose digits
    written out would fill the memory.
    """
    if not value.is_finite():
        return False
    if len(value.as_tuple().digits) > SIGNIFICANT_DIGITS and significant_digits(value) > SIGNIFICANT_DIGITS:
        return False
    return not value or -WIDEST_EXPONENT <= value.adjusted() <= WIDEST_EXPONENT
