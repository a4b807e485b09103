"""What a replay without some market data found (R7)."""

from collections.abc import Sequence
from datetime import datetime

from domain.engine.watch import RedecidedCurve
from domain.market.state import Market
from domain.records import dataclass


@dataclass(frozen=True, slots=True)
class Dependence:
    """Something that would not have happened, or not so, without some market data: when, to which account, and where
    in the desk's one order."""

    ordinal: int
    time: datetime
    account: str
    what: str


@dataclass(frozen=True, slots=True)
class Counterfactual:
    """What a replay without some market data found: how much of it there is, what would have come otherwise in the
    order of history, the symbol's market, and the curves of all accounts that the data may have affected."""

    bars: int
    quotes: int
    market: Market
    dependent: Sequence[Dependence] = ()
    curves: Sequence[RedecidedCurve] = ()
