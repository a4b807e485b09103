"""Accounts, their sessions and settings, as clients receive them."""

from dataclasses import field
from datetime import datetime
from decimal import Decimal

import strawberry

from api.graphql.accounts.enums import AccountEventKind, CommissionModel, IntrabarPolicy, LimitFill, SlippageModel
from api.graphql.execution.sharing import Renderings
from api.graphql.live_events import EVENT_CURSOR
from api.graphql.node import Node


@strawberry.type(description="How fills slip.")
class Slippage:
    model: SlippageModel = strawberry.field(description="The model; the fields of the others are null.")
    percent: Decimal | None = strawberry.field(description="PERCENT: percent of the price.")
    per_share: Decimal | None = strawberry.field(description="PER_SHARE: USD per unit.")
    volume_limit: Decimal | None = strawberry.field(
        description="VOLUME_SHARE: the largest share of volume that counts."
    )
    price_impact: Decimal | None = strawberry.field(description="VOLUME_SHARE: the factor of the squared share.")


@strawberry.type(description="What a fill costs.")
class Commission:
    model: CommissionModel = strawberry.field(description="The model.")
    rate: Decimal = strawberry.field(
        description="USD per unit, basis points of the amount, or USD per fill, as the model says."
    )
    minimum: Decimal | None = strawberry.field(description="PER_SHARE: the least a fill costs, USD.")
    maximum_percent: Decimal | None = strawberry.field(
        description="PER_SHARE: the most a fill costs, percent of its amount."
    )


@strawberry.type(description="An account's choices about its desk.")
class Settings:
    starting_capital: Decimal = strawberry.field(description="USD that the next session starts with.")
    use_realistic_fills: bool = strawberry.field(description="Whether fills slip and cost commission.")
    slippage: Slippage = strawberry.field(description="How fills slip.")
    commission: Commission = strawberry.field(description="What fills cost.")
    leverage: Decimal = strawberry.field(description="Buying power per unit of equity.")
    max_trade_risk_percent: Decimal = strawberry.field(description="The most one trade may risk, percent of equity.")
    max_campaign_risk_percent: Decimal = strawberry.field(
        description="The most a campaign may have at risk, percent of equity."
    )
    max_heat_percent: Decimal = strawberry.field(description="The most that may be at risk in all, percent of equity.")
    max_price_age_seconds: int = strawberry.field(
        description="How old a last price may be for a MARKET entry, and how long before it a signal is late."
    )
    scale_out_percent: Decimal = strawberry.field(description="How much exits at target 1, percent of the quantity.")
    break_even_after_target1: bool = strawberry.field(
        description="Whether the stop moves to the entry price after target 1."
    )
    intrabar: IntrabarPolicy = strawberry.field(description="Which level inside a bar is taken to have come first.")
    limit_fill: LimitFill = strawberry.field(description="What fills limit entries and targets inside a bar.")
    max_holding_days: int | None = strawberry.field(description="Days after which a position expires; null: never.")
    max_daily_loss_percent: Decimal | None = strawberry.field(
        description="The day's loss that halts the account; null: none does."
    )
    max_drawdown_percent: Decimal | None = strawberry.field(
        description="The drawdown that halts the account; null: none does."
    )
    periods_per_year: int = strawberry.field(
        description="Trading days a year, for annual figures: as set, else 365 where every symbol traded in the "
        "session is CRYPTO, else 252; an event that does not set it says 252."
    )
    timezone: str = strawberry.field(description="The IANA zone whose days the next session counts.")


@strawberry.type(
    description="One life of an account, from enable or reset to the next reset. An ended one is the archive."
)
class Session(Node):
    number: int = strawberry.field(description="1, 2, 3 ...")
    starting_capital: Decimal = strawberry.field(description="USD it started with.")
    timezone: str = strawberry.field(description="The IANA zone whose days and months are its own.")
    started_at: datetime = strawberry.field(description="When it was started (recorded time).")
    cash: Decimal = strawberry.field(description="USD in cash; of an ended session, all it came to.")
    realized_pnl: Decimal = strawberry.field(description="Earned by exits, after commissions, USD.")
    commission: Decimal = strawberry.field(description="Commission paid, USD.")
    slippage: Decimal = strawberry.field(description="What slippage cost, USD; it is in the prices already.")
    trade_count: int = strawberry.field(description="Round trips completed.")
    winning_trades: int = strawberry.field(description="Those that earned more than nothing.")
    losing_trades: int = strawberry.field(description="Those that lost.")
    win_rate: Decimal | None = strawberry.field(description="Winning trades in percent of all; null without trades.")
    average_r: Decimal | None = strawberry.field(
        description="Mean R multiple of the trades that have one; null without such."
    )
    peak_equity: Decimal = strawberry.field(description="The highest equity observed, USD.")
    max_drawdown: Decimal = strawberry.field(description="The largest loss from a peak, percent of that peak.")
    ended_at: datetime | None = strawberry.field(
        description="When a reset ended it (recorded time); null: it is the current one."
    )


@strawberry.type(description="A paper account in its current session. All amounts are USD.")
class Account(Node):
    name: str = strawberry.field(description="The name it is asked for by.")
    currency: str = strawberry.field(description="Always USD.")
    timezone: str = strawberry.field(
        description="The IANA zone whose days and months are those of its current session; a change takes effect at "
        "reset."
    )
    enabled: bool = strawberry.field(description="Whether it takes signals.")
    halt_reason: str | None = strawberry.field(
        description="Why it takes no signals until it is resumed or reset; null: it is not halted."
    )
    settings: Settings = strawberry.field(description="Its choices.")
    session: Session = strawberry.field(description="Its current session.")
    cash: Decimal = strawberry.field(
        description="Starting capital and all that fills have moved; a short's proceeds are cash."
    )
    equity: Decimal = strawberry.field(description="Cash and open positions at their last prices.")
    buying_power: Decimal = strawberry.field(
        description=(
            "What a new trade's amount and commission must fit: leverage x equity, less open and reserved amounts."
        )
    )
    market_value: Decimal = strawberry.field(description="Open positions at their last prices, shorts negative.")
    long_exposure: Decimal = strawberry.field(description="What is open long, at last prices.")
    short_exposure: Decimal = strawberry.field(description="What is open short, at last prices; not negative.")
    gross_exposure: Decimal = strawberry.field(description="Long and short together.")
    net_exposure: Decimal = strawberry.field(description="Long less short.")
    today_pnl: Decimal = strawberry.field(
        description="Equity less the last equity of the account's day before: that of the market's clock is today."
    )
    total_pnl: Decimal = strawberry.field(
        description="Equity less starting capital: realizedPnl + unrealizedPnl - openCommission, exactly."
    )
    realized_pnl: Decimal = strawberry.field(description="Earned by exits, after commissions.")
    unrealized_pnl: Decimal = strawberry.field(
        description="What open positions have earned at their last prices, before commissions."
    )
    open_commission: Decimal = strawberry.field(
        description="Entry commission of what is open, which no exit has taken its share of yet."
    )
    commission: Decimal = strawberry.field(description="Commission paid in this session.")
    slippage: Decimal = strawberry.field(
        description="What slippage has cost in this session; it is in the prices already."
    )
    heat_percent: Decimal = strawberry.field(
        description=(
            "Risk of all open positions and working signals, percent of equity; where there is risk but no equity, "
            "the largest number there is."
        )
    )
    open_positions: int = strawberry.field(description="How many positions are open.")
    working_signals: int = strawberry.field(description="How many signals wait for their price.")
    trade_count: int = strawberry.field(description="Round trips completed in this session.")
    winning_trades: int = strawberry.field(description="Those that earned more than nothing.")
    losing_trades: int = strawberry.field(description="Those that lost.")
    win_rate: Decimal | None = strawberry.field(description="Winning trades in percent of all; null without trades.")
    average_r: Decimal | None = strawberry.field(
        description="Mean R multiple of the trades that have one; null without such."
    )
    peak_equity: Decimal = strawberry.field(
        description="The highest equity observed; it starts at the starting capital."
    )
    max_drawdown: Decimal = strawberry.field(description="The largest loss from a peak so far, percent of that peak.")
    current_drawdown: Decimal = strawberry.field(
        description="The loss from the peak at the last observation, percent of the peak."
    )
    cursor: str = strawberry.field(description="Continue a subscription from here: pass it as after.")


@strawberry.type(description="Something happened to an account itself: it was enabled, halted, reset, and so on.")
class AccountEvent:
    cursor: str = strawberry.field(description=EVENT_CURSOR)
    kind: AccountEventKind = strawberry.field(description="What happened.")
    session: int | None = strawberry.field(description="The session that began or ended; null for other kinds.")
    starting_capital: Decimal | None = strawberry.field(description="Of the session that began; null for other kinds.")
    reason: str | None = strawberry.field(description="Why the account was halted; null for other kinds.")
    settings: Settings | None = strawberry.field(
        description="The settings, whole, from then on: of OPENED and SETTINGS_CHANGED."
    )
    occurred_at: datetime = strawberry.field(description="The desk's clock.")
    recorded_at: datetime = strawberry.field(description="When the desk stored it.")
    renderings: strawberry.Private[Renderings] = field(default_factory=dict)
