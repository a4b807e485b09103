"""How figures are shown."""

from decimal import Decimal

from domain.money import LARGEST, ratio


def bounded_percent(value: Decimal) -> Decimal:
    """A percent to 12 places, within the range of the desk's numbers."""
    return ratio(min(value, LARGEST))
