"""Paper and backtest, trade by trade: what became of the same signal in both (R39)."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from domain.money import difference, effect, total
from domain.notation import Price
from domain.orders.side import Side
from domain.portfolio.trade import Trade
from domain.records import dataclass


@dataclass(frozen=True, slots=True)
class ExternalTrade:
    """A round trip by the figures that any backtesting tool has; `commission` is what it cost beyond its prices."""

    signal_id: UUID
    symbol: str
    side: Side
    quantity: Decimal
    entry_time: datetime
    entry_price: Price
    exit_time: datetime
    exit_price: Price
    realized_pnl: Decimal
    commission: Decimal


@dataclass(frozen=True, slots=True)
class TradeDifference:
    """Paper's P&L less the backtest's, split by cause; the parts add up exactly, to whatever size.

    Prices are weighed at the backtest's quantity; what the other parts do not explain is the quantity's.
    """

    paper: ExternalTrade
    backtest: ExternalTrade
    entry_price: Decimal
    exit_price: Decimal
    costs: Decimal

    @property
    def total(self) -> Decimal:
        """The whole difference."""
        return difference(self.paper.realized_pnl, self.backtest.realized_pnl)

    @property
    def quantity(self) -> Decimal:
        """What the size made of it, and the rounding of amounts."""
        return difference(self.total, total((self.entry_price, self.exit_price, self.costs)))


@dataclass(frozen=True, slots=True)
class Matching:
    """Trades of the same signal side by side; those only the backtest has, and those only paper has.

    `extra_count` counts all that only paper has, of which `extra` may hold the first.
    """

    matched: Sequence[TradeDifference]
    missed: Sequence[ExternalTrade]
    extra: Sequence[ExternalTrade]
    extra_count: int


def external_trade(trade: Trade) -> ExternalTrade:
    """A trade of the desk, by those figures that any backtesting tool has."""
    return ExternalTrade(
        signal_id=trade.signal_id,
        symbol=trade.symbol,
        side=trade.side,
        quantity=trade.quantity,
        entry_time=trade.entry_time,
        entry_price=trade.entry_price,
        exit_time=trade.exit_time,
        exit_price=trade.exit_price,
        realized_pnl=trade.realized_pnl,
        commission=trade.commission,
    )


def match(paper: Iterable[ExternalTrade], backtest: Iterable[ExternalTrade], paper_count: int) -> Matching:
    """Paper's trades beside the backtest's, matched by signal id.

    Of the `paper_count` trades that paper has, those of the backtest's signals must be given; others may be left out.
    """
    ours = {trade.signal_id: trade for trade in paper}
    theirs = {trade.signal_id: trade for trade in backtest}
    matched = [_difference(trade, theirs[key]) for key, trade in ours.items() if key in theirs]
    return Matching(
        matched=matched,
        missed=[trade for key, trade in theirs.items() if key not in ours],
        extra=[trade for key, trade in ours.items() if key not in theirs],
        extra_count=paper_count - len(matched),
    )


def _difference(paper: ExternalTrade, backtest: ExternalTrade) -> TradeDifference:
    side, quantity = backtest.side, backtest.quantity
    entry = side.gain(paper.entry_price, backtest.entry_price)
    exit_ = side.gain(backtest.exit_price, paper.exit_price)
    return TradeDifference(
        paper=paper,
        backtest=backtest,
        entry_price=effect(quantity, entry),
        exit_price=effect(quantity, exit_),
        costs=backtest.commission - paper.commission,
    )
