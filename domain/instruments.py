"""What a symbol is (R6, R17)."""

from decimal import Decimal
from enum import Enum

from domain.money import ONE, SMALLEST


class AssetClass(Enum):
    """What kind of thing a symbol is; it fixes the step of a quantity (R17)."""

    STOCK = "STOCK"
    FOREX = "FOREX"
    CRYPTO = "CRYPTO"

    @property
    def step(self) -> Decimal:
        """Quantities are multiples of this: whole shares and forex units, 1e-8 of a coin."""
        return SMALLEST if self is AssetClass.CRYPTO else ONE
