"""What clients receive. Every field says what it means to a trader, and in which unit."""

from dataclasses import field
from datetime import datetime
from decimal import Decimal
from uuid import UUID

import strawberry

from api.graphql.context import asked, has_snapshot
from api.graphql.enums import CommissionModel, ExitReason, SlippageModel, TradeEventKind
from api.graphql.execution.sharing import Renderings
from domain.analytics.stats import shown
from domain.engine.events import PositionEventKind
from domain.engine.results import InputOutcome
from domain.instruments import AssetClass
from domain.orders.side import Pattern, Side
from domain.orders.signal import EntryType, SignalStatus
from domain.portfolio.fill import FillReason
from domain.portfolio.position import PositionStatus
from domain.portfolio.settings import IntrabarPolicy
from domain.portfolio.trade import Trade as TradeRecord
from domain.refusals import ErrorCode

EVENT_CURSOR = (
    "Resume after this event by passing it as after. Cursors of one account, of whichever stream, compared as text "
    "stand in the order of its journal."
)


@strawberry.interface(description="Anything with an id of its own; fetch it again with node(id:).")
class Node:
    id: strawberry.ID = strawberry.field(description="The id of this thing; opaque.")


@strawberry.type(description="Why the desk refused: an answer, not a failure.")
class UserError:
    code: ErrorCode = strawberry.field(description="What kind of refusal.")
    message: str = strawberry.field(description="A sentence that says what was wrong and what would be right.")
    field: list[str] | None = strawberry.field(description="The path of the input field to blame, if one is.")
    limit: Decimal | None = strawberry.field(description="The figure that was not to be passed, where there is one.")
    actual: Decimal | None = strawberry.field(description="The figure that was found instead.")


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
    average_r: Decimal | None = strawberry.field(description="Mean R multiple of the trades; null without trades.")
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
    average_r: Decimal | None = strawberry.field(description="Mean R multiple of the trades; null without trades.")
    peak_equity: Decimal = strawberry.field(
        description="The highest equity observed; it starts at the starting capital."
    )
    max_drawdown: Decimal = strawberry.field(description="The largest loss from a peak so far, percent of that peak.")
    current_drawdown: Decimal = strawberry.field(
        description="The loss from the peak at the last observation, percent of the peak."
    )
    cursor: str = strawberry.field(description="Continue a subscription from here: pass it as after.")


@strawberry.type(description="One execution.")
class Fill:
    time: datetime = strawberry.field(description="Market time.")
    reason: FillReason = strawberry.field(description="Why it happened.")
    quantity: Decimal = strawberry.field(description="How much.")
    price: Decimal = strawberry.field(description="The price paid or received, slippage included.")
    raw_price: Decimal = strawberry.field(description="The price before slippage.")
    slippage: Decimal = strawberry.field(description="What slippage cost, USD; it is in the price already.")
    commission: Decimal = strawberry.field(description="What the fill cost, USD.")
    gap: bool = strawberry.field(
        description="Whether a bar opened at or beyond the order's price, so that it filled at the open."
    )
    ambiguous: bool = strawberry.field(
        description="Whether the order of levels inside the bar is unknown, and the account's intrabar policy decided."
    )


@strawberry.type(description="The extremes of a trade's life, in R: units of the risk first taken.")
class Excursion:
    adverse: Decimal | None = strawberry.field(description="Maximum adverse excursion (MAE), not negative.")
    favourable: Decimal | None = strawberry.field(description="Maximum favourable excursion (MFE), not negative.")


@strawberry.type(description="A round trip: a position that is flat, net of its costs.")
class Trade(Node):
    position_id: strawberry.ID = strawberry.field(description="The position it was.")
    signal_id: UUID = strawberry.field(description="The id of the signal that opened it.")
    symbol: str = strawberry.field(description="The ticker.")
    side: Side = strawberry.field(description="Which way it earned.")
    pattern: Pattern | None = strawberry.field(description="The signal's Wyckoff pattern.")
    campaign_id: str | None = strawberry.field(description="The signal's campaign.")
    quantity: Decimal = strawberry.field(description="How much was entered.")
    entry_time: datetime = strawberry.field(description="Market time of the entry.")
    entry_price: Decimal = strawberry.field(description="The entry fill's price.")
    exit_time: datetime = strawberry.field(description="Market time of the last exit.")
    exit_price: Decimal = strawberry.field(description="The exits' price, weighted by quantity.")
    exit_reason: ExitReason = strawberry.field(description="Why the last exit happened.")
    realized_pnl: Decimal = strawberry.field(description="Net P&L, USD.")
    r_multiple: Decimal | None = strawberry.field(
        description="Net P&L in units of the risk first taken: |entry - first stop| x quantity."
    )
    commission: Decimal = strawberry.field(description="All commissions, USD.")
    slippage: Decimal = strawberry.field(description="All slippage, USD; it is in the prices already.")
    fills: list[Fill] = strawberry.field(description="Every fill, the entry first.")
    record: strawberry.Private[TradeRecord]

    @strawberry.field(
        description="How far the price went against and with the trade while it lasted; null on an event of a stream."
    )
    async def excursion(self, info: strawberry.Info) -> Excursion | None:
        """Read from stored bars, when it is asked for."""
        if not has_snapshot():
            return None
        adverse, favourable = await asked(info, lambda snapshot: snapshot.reports.excursions(self.record))
        return Excursion(adverse=shown(adverse), favourable=shown(favourable))


@strawberry.type(description="What one signal opened. Several may be open in one symbol, each with its own levels.")
class Position(Node):
    signal_id: UUID = strawberry.field(description="The id of the signal that opened it.")
    symbol: str = strawberry.field(description="The ticker.")
    asset_class: AssetClass = strawberry.field(description="What kind of thing the symbol is.")
    side: Side = strawberry.field(description="Which way it earns.")
    status: PositionStatus = strawberry.field(description="Where it stands.")
    is_open: bool = strawberry.field(description="Whether any quantity is left.")
    pattern: Pattern | None = strawberry.field(description="The signal's Wyckoff pattern.")
    campaign_id: str | None = strawberry.field(description="The signal's campaign.")
    quantity: Decimal = strawberry.field(description="How much was entered.")
    open_quantity: Decimal = strawberry.field(description="How much is left.")
    entry_time: datetime = strawberry.field(description="Market time of the entry.")
    entry_price: Decimal = strawberry.field(description="The entry fill's price.")
    stop_loss: Decimal = strawberry.field(description="The stop as it is now.")
    initial_stop_loss: Decimal = strawberry.field(description="The stop that the signal came with.")
    target1: Decimal = strawberry.field(description="The first target.")
    target2: Decimal | None = strawberry.field(description="The second target.")
    last_price: Decimal = strawberry.field(
        description="The symbol's last price, or the signal's own until there is a later one."
    )
    last_price_time: datetime = strawberry.field(description="Market time of the last price.")
    unrealized_pnl: Decimal = strawberry.field(
        description="What the open quantity has earned at the last price, before commissions, USD."
    )
    realized_pnl: Decimal = strawberry.field(description="What exits have earned, after commissions, USD.")
    r_multiple: Decimal | None = strawberry.field(
        description="What it has earned so far, realized and open, in units of the risk first taken."
    )
    commission: Decimal = strawberry.field(description="All commissions so far, USD.")
    slippage: Decimal = strawberry.field(description="All slippage so far, USD; it is in the prices already.")
    open_risk: Decimal = strawberry.field(
        description="What is lost if the stop is hit now, before slippage, USD; 0 once the stop is past the entry."
    )
    fills: list[Fill] = strawberry.field(description="Every fill, the entry first.")
    trade: Trade | None = strawberry.field(description="The round trip, once the position is flat.")


@strawberry.type(description="A signal, and what became of it.")
class Signal(Node):
    signal_id: UUID = strawberry.field(description="The id it was sent with, or that was made for it.")
    symbol: str = strawberry.field(description="The ticker.")
    asset_class: AssetClass = strawberry.field(description="What kind of thing the symbol is.")
    side: Side = strawberry.field(description="Given, or implied by the pattern.")
    status: SignalStatus = strawberry.field(description="What became of it.")
    error: UserError | None = strawberry.field(description="Why it was refused.")
    entry: EntryType = strawberry.field(description="How it enters.")
    entry_price: Decimal | None = strawberry.field(description="For LIMIT and STOP.")
    good_until: datetime | None = strawberry.field(description="When it expires, if it waits.")
    quantity: Decimal | None = strawberry.field(
        description="The size: as sent, or as sized; null if it was refused before it was sized."
    )
    risk_percent: Decimal | None = strawberry.field(description="The risk to size by, if it was sent so.")
    stop_loss: Decimal = strawberry.field(description="Where the position is given up.")
    target1: Decimal = strawberry.field(description="The first target.")
    target2: Decimal | None = strawberry.field(description="The second target.")
    pattern: Pattern | None = strawberry.field(description="The Wyckoff pattern.")
    phase: str | None = strawberry.field(description="As sent.")
    timeframe: str | None = strawberry.field(description="As sent.")
    confidence: Decimal | None = strawberry.field(description="As sent, 0 to 100.")
    source: str | None = strawberry.field(description="As sent.")
    campaign_id: str | None = strawberry.field(description="As sent.")
    timestamp: datetime = strawberry.field(description="Market time of the signal.")
    recorded_at: datetime = strawberry.field(description="When the desk stored it.")
    position: Position | None = strawberry.field(
        description="What it opened. Null on a signalEvents event: the position follows on positionEvents."
    )


@strawberry.type(description="A symbol's last price.")
class Quote:
    symbol: str = strawberry.field(description="The ticker.")
    price: Decimal = strawberry.field(description="The last price: the latest of bars' closes and quotes.")
    time: datetime = strawberry.field(description="Market time of it.")


@strawberry.type(
    description="What the desk would decide about a signal, with its figures as far as they could be worked out."
)
class SignalPreview:
    accepted: bool = strawberry.field(description="Whether it would be executed, or wait.")
    errors: list[UserError] = strawberry.field(description="Why not.")
    side: Side | None = strawberry.field(description="Given, or implied by the pattern.")
    quantity: Decimal | None = strawberry.field(description="The size.")
    fill_price: Decimal | None = strawberry.field(
        description=(
            "The price it would fill at now, slippage included; for one that waits, the price it is expected "
            "to fill at."
        )
    )
    commission: Decimal | None = strawberry.field(description="What the entry would cost, USD.")
    trade_risk_percent: Decimal | None = strawberry.field(description="Risk of the trade, percent of equity.")
    campaign_risk_percent: Decimal | None = strawberry.field(
        description="Risk of its campaign with it; null without a campaign."
    )
    heat_percent: Decimal | None = strawberry.field(description="Risk of everything with it.")
    buying_power: Decimal | None = strawberry.field(description="What its amount and commission must fit, USD.")


@strawberry.type(
    description=(
        "Something happened to a position; the position is as it stood then, also when the event is replayed later."
    )
)
class PositionEvent:
    cursor: str = strawberry.field(
        description=(
            f"{EVENT_CURSOR} UPDATED carries the cursor of the last journal "
            "event it includes: drop a journal event whose cursor you have, never an UPDATED."
        )
    )
    kind: PositionEventKind = strawberry.field(description="What happened.")
    position: Position = strawberry.field(description="The position as it stood after it.")
    fill: Fill | None = strawberry.field(description="The fill that changed it, if one did.")
    occurred_at: datetime = strawberry.field(description="Market time.")
    recorded_at: datetime = strawberry.field(description="When the desk stored it.")
    renderings: strawberry.Private[Renderings] = field(default_factory=dict)


@strawberry.type(description="A round trip is complete.")
class TradeEvent:
    cursor: str = strawberry.field(description=EVENT_CURSOR)
    kind: TradeEventKind = strawberry.field(description="What happened.")
    trade: Trade = strawberry.field(description="The trade.")
    occurred_at: datetime = strawberry.field(description="Market time.")
    recorded_at: datetime = strawberry.field(description="When the desk stored it.")
    renderings: strawberry.Private[Renderings] = field(default_factory=dict)


@strawberry.type(description="A signal was decided, or what became of it changed; refusals too.")
class SignalEvent:
    cursor: str = strawberry.field(description=EVENT_CURSOR)
    signal: Signal = strawberry.field(description="The signal as it stood after it.")
    occurred_at: datetime = strawberry.field(description="Market time.")
    recorded_at: datetime = strawberry.field(description="When the desk stored it.")
    renderings: strawberry.Private[Renderings] = field(default_factory=dict)


@strawberry.type(description="A bar or quote that was not applied.")
class RejectedInput:
    index: int = strawberry.field(description="Its place in what was sent, from 0.")
    outcome: InputOutcome = strawberry.field(description="Why.")
    message: str = strawberry.field(description="Why, in a sentence.")
