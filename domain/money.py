"""Exact numbers (R1), and the only place where a number is rounded.

Money, prices and quantities have at most 8 decimal places and a magnitude below 10^10. Products and quotients are
taken here, at a precision no operand can exhaust; sums and differences of such numbers are exact as they are.
"""

from collections.abc import Iterable
from decimal import ROUND_DOWN, ROUND_HALF_EVEN, Context, Decimal, DivisionByZero, InvalidOperation, Overflow
from functools import reduce

from domain.errors import DomainError

ZERO = Decimal(0)
ONE = Decimal(1)
HUNDRED = Decimal(100)
SMALLEST = Decimal("0.00000001")
BOUND = Decimal(10_000_000_000)
LARGEST = BOUND - SMALLEST
LARGEST_VOLUME = Decimal(10) ** 18

PLACES = 8
_UNIT: int = 10**PLACES
_HALF = _UNIT // 2
_RATIO_PLACES = 12
_TOTAL_PLACES = 24
_EXACT = Context(prec=90, rounding=ROUND_HALF_EVEN, traps=[InvalidOperation, DivisionByZero, Overflow])
# A context's own methods, looked up once: to quantize by one takes a third of the time that a number's own takes.
_quantize = _EXACT.quantize
_SCALE, _HUNDREDTH = Decimal(_UNIT), Decimal("0.01")
_RATIO, _SUMMAND = ONE.scaleb(-_RATIO_PLACES), ONE.scaleb(-_TOTAL_PLACES)
_LEAST = -BOUND

product = _EXACT.multiply
"""Left x right, unrounded."""

quotient = _EXACT.divide
"""Dividend / divisor, to 90 digits; the divisor is not zero."""

plus = _EXACT.add
"""Left + right, however many digits they have."""

difference = _EXACT.subtract
"""Left - right, however many digits they have."""


class OutOfRange(DomainError, ArithmeticError):
    """A number, or a result, that the desk cannot hold: 10^10 or more."""


def units_of(value: Decimal) -> int:
    """A number with at most 8 places as its count of the smallest, 0.00000001."""
    return int(product(value, _SCALE))


def amount_of(units: int) -> Decimal:
    """The number that a count of the smallest stands for."""
    return product(units, SMALLEST)


def fine_units_of(value: Decimal) -> int:
    """A product of two such numbers, unrounded, as its count of the smallest squared."""
    return int(value.scaleb(2 * PLACES, _EXACT))


def fine_amount_of(fine: int) -> Decimal:
    """The product that a count of the smallest squared stands for."""
    return Decimal(fine).scaleb(-2 * PLACES, _EXACT)


def nearest_units(fine: int) -> int:
    """The count of the smallest that is nearest to a product, half-even."""
    whole, rest = divmod(fine, _UNIT)
    return whole + 1 if rest > _HALF or (rest == _HALF and whole % 2) else whole


def nearest(value: Decimal) -> Decimal:
    """`value` to 8 places, half-even, whatever its size."""
    return _quantize(value, SMALLEST)


def rounded(value: Decimal) -> Decimal:
    """`value` to 8 places, half-even; refuses a magnitude of 10^10 or more."""
    result = _quantize(value, SMALLEST)
    if _LEAST < result < BOUND:
        return result
    raise OutOfRange(f"{plain(value)} is not below 10000000000")


def exact_units(value: Decimal) -> int:
    """A number as its count of the smallest, 0.00000001, if the desk can hold it without rounding."""
    if value.is_finite() and value.copy_abs() < BOUND:
        scaled = product(value, _SCALE)
        units = int(scaled)
        if units == scaled:
            return units
    raise OutOfRange(f"{value} has more than 8 decimal places or is not below 10000000000")


def mean(sum_of_all: Decimal, count: int) -> Decimal | None:
    """The mean of `count` numbers with this sum, unrounded; None of none."""
    return quotient(sum_of_all, ZERO + count) if count else None


def root(value: Decimal) -> Decimal:
    """The square root of what is not negative, to 90 digits."""
    return _EXACT.sqrt(value)


def power(base: Decimal, exponent: Decimal) -> Decimal | None:
    """A positive base to an exponent, to 90 digits; None where that is 10^10 or more."""
    is_far_beyond = product(_EXACT.log10(base), exponent) > _RATIO_PLACES
    value = BOUND if is_far_beyond else _EXACT.power(base, exponent)
    return value if value < BOUND else None


def times(sign: int, value: Decimal) -> Decimal:
    """A value taken once, or once away, where `sign` is -1, however many digits it has."""
    return value if sign > 0 else value.copy_negate()


def total(values: Iterable[Decimal]) -> Decimal:
    """The exact sum of products."""
    return reduce(_EXACT.add, values, ZERO)


def amount(quantity: Decimal, price: Decimal) -> Decimal:
    """What a quantity is worth at a price (R28), rounded."""
    return rounded(product(quantity, price))


def effect(quantity: Decimal, price: Decimal) -> Decimal:
    """What a price, or a difference in price, makes of a quantity: to 8 places, and of any size."""
    return _quantize(product(quantity, price), SMALLEST)


def share(whole: Decimal, part: Decimal, of: Decimal) -> Decimal:
    """The share of `whole` that belongs to `part` out of `of`, rounded (R30)."""
    return rounded(quotient(product(whole, part), of))


def percent_of(percent: Decimal, value: Decimal) -> Decimal:
    """`percent` percent of `value`, unrounded."""
    return product(product(percent, value), _HUNDREDTH)


def percent(part: Decimal, whole: Decimal) -> Decimal:
    """`part` in percent of `whole`, which is not zero, unrounded."""
    return quotient(product(part, HUNDRED), whole)


def down_to(value: Decimal, step: Decimal) -> Decimal:
    """The largest multiple of `step` that is not above `value` (which is not negative)."""
    steps = quotient(value, step).to_integral_value(ROUND_DOWN, context=_EXACT)
    return product(steps, step)


def is_multiple(value: Decimal, step: Decimal) -> bool:
    """Whether `value` is a whole number of steps."""
    return _EXACT.remainder(value, step) == ZERO


def ratio(value: Decimal) -> Decimal:
    """A figure that is not money, as it is shown: to 12 places (R38)."""
    return _quantize(value, _RATIO)


def summand(value: Decimal) -> Decimal:
    """A ratio as it enters a running total: to 24 places, so that a million of them still mean to 12."""
    return _quantize(value, _SUMMAND)


def figure(value: Decimal) -> Decimal:
    """A figure to be shown in a refusal or a preview: to 8 places, held within the desk's range."""
    return nearest(max(-LARGEST, min(LARGEST, value)))


def tidy(value: Decimal) -> Decimal:
    """The same number without an exponent, without zeros beyond 8 places, and zero without a sign."""
    if _exponent(value) < -PLACES:
        value = _EXACT.normalize(value)
    return (_EXACT.quantize(value, ONE) if _exponent(value) > 0 else value) or ZERO


def _exponent(value: Decimal) -> int:
    exponent = value.as_tuple().exponent
    if isinstance(exponent, str):
        raise OutOfRange(f"{value} is not a number")
    return exponent


def plain(value: Decimal) -> str:
    """Plain notation: no exponent, no trailing zeros, no negative zero."""
    text = str(value)
    if "E" in text:
        text = format(value, "f")
    if "." in text and text[-1] == "0":
        text = text.rstrip("0").rstrip(".")
    return "0" if text == "-0" else text
