"""What clients send of reports and backtests; nonsense raises Invalid."""

from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from uuid import UUID

import strawberry
from strawberry import UNSET

from api.codec.ids import trade_ids
from api.codec.json_codec import input_json
from api.graphql.enums import Pattern, Side
from api.graphql.input_fields import optional, record_from_input, required
from api.graphql.scalars import Figure
from domain.analytics.attribution import ExternalTrade
from domain.analytics.comparison import Backtest, EquityAt, Metrics
from domain.analytics.trade_filter import TradeFilter
from domain.engine.commands import RecordBacktest


@strawberry.input(description="What a report is about. The span applies to trades by their exit, and to the curve.")
class ReportFilter:
    from_: datetime | None = strawberry.field(
        name="from", description="Only trades that exited at or after this time.", default=None
    )
    to: datetime | None = optional("Only trades that exited before this time.", None)
    symbols: list[str] | None = optional("Only trades of these symbols.", None)
    pattern: Pattern | None = optional("Only trades of this pattern.", None)
    campaign_id: str | None = optional("Only trades of this campaign.", None)

    def trade_filter(self) -> TradeFilter:
        """Which trades the filter takes."""
        return TradeFilter(
            exited_from=self.from_,
            exited_to=self.to,
            symbols=self.symbols,
            pattern=self.pattern,
            campaign_id=self.campaign_id,
        )


_NO_ID = UUID(int=0)


@strawberry.input(description="A backtest's figures; null is what is not defined or not known.")
class BacktestMetricsInput:
    win_rate: Figure | None = optional("Percent, 0 to 100.", None)
    average_r: Figure | None = optional("Mean R multiple.", None)
    profit_factor: Figure | None = optional("Gross wins / gross losses.", None)
    max_drawdown: Figure | None = optional("Percent of the peak, positive.", None)
    sharpe: Figure | None = optional("Annual Sharpe ratio.", None)

    def metrics(self) -> Metrics:
        """The domain's metrics."""
        return Metrics(self.win_rate, self.average_r, self.profit_factor, self.max_drawdown, self.sharpe)


@strawberry.input(description="A round trip of a backtest.")
class BacktestTradeInput:
    symbol: str = required("The ticker.")
    side: Side = required("Which way it earned.")
    quantity: Decimal = required("How much.")
    entry_time: datetime = required("Market time of the entry.")
    entry_price: Decimal = required("What it was entered at.")
    exit_time: datetime = required("Market time of the last exit.")
    exit_price: Decimal = required("The exits' price, weighted by quantity.")
    realized_pnl: Decimal = required("Net P&L, USD.")
    commission: Decimal = optional("What it cost beyond its prices, USD.", Decimal(0))
    signal_id: UUID | None = optional(
        "The id of its signal, as it is sent to paper: trades are matched by it. Without one it gets one that follows "
        "from its content.",
        None,
    )

    def trade(self, signal_id: UUID) -> ExternalTrade:
        """The domain's trade."""
        return record_from_input(ExternalTrade, self, signal_id=signal_id)


@strawberry.input(description="The equity of a backtest at a market time.")
class EquityInput:
    time: datetime = required("Market time.")
    equity: Decimal = required("Cash and open positions at their last prices, USD.")


@strawberry.input(description="A backtest to keep: made by `papertape backtest`, or by another tool.")
class RecordBacktestInput:
    name: str = required("What to call it.")
    metrics: BacktestMetricsInput = required("Its figures.")
    source: str = optional("What made it.", "another tool")
    trades: list[BacktestTradeInput] = strawberry.field(
        description="Its trades, if they are known; at most 10 000.", default_factory=list
    )
    curve: list[EquityInput] = strawberry.field(
        description="Its equity curve in order of time, if it is known; at most 1 000 points.", default_factory=list
    )

    def command(self, key: UUID, recorded_at: datetime) -> RecordBacktest:
        """The command. Raises Invalid."""
        curve = tuple(EquityAt(point.time, point.equity) for point in self.curve)
        metrics, trades = self.metrics.metrics(), self._identified_trades()
        return RecordBacktest(Backtest(key, self.name, self.source, recorded_at, metrics, trades, curve))

    def _identified_trades(self) -> tuple[ExternalTrade, ...]:
        trades = [trade.trade(trade.signal_id or _NO_ID) for trade in self.trades]
        made = trade_ids([input_json(trade, UNSET) for trade in trades])
        return tuple(
            trade if sent.signal_id else replace(trade, signal_id=key)
            for sent, trade, key in zip(self.trades, trades, made, strict=True)
        )
