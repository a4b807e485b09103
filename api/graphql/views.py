"""How the API's types are made from the domain's values."""

from decimal import Decimal
from uuid import UUID

import strawberry

from api.application.read_model import SessionRecord
from api.codec.cursors import event_cursor
from api.codec.field_names import api_message, api_name
from api.codec.ids import node_id
from api.graphql import types
from api.graphql.enums import CommissionModel, ExitReason, SlippageModel, TradeEventKind
from api.streams.events import StreamEvent
from domain.analytics.stats import periods_in_a_year, shown
from domain.engine.events import PositionEvent, SignalEvent, TradeEvent
from domain.engine.results import RejectedInput
from domain.market.state import Market
from domain.money import LARGEST, ZERO, figure, ratio
from domain.orders import costs
from domain.portfolio import valuation
from domain.portfolio.account import Account
from domain.portfolio.fill import Fill
from domain.portfolio.ledger_totals import LedgerTotals
from domain.portfolio.session import Session
from domain.portfolio.settings import Settings
from domain.portfolio.trade import Trade, trade_of
from domain.portfolio.valuation import Markets
from domain.portfolio.views import AccountView, PositionView, SessionView, SignalView
from domain.portfolio.watermarks import EquityWatermarks
from domain.refusals import Refusal
from domain.risk.limits import Assessment


def _id(kind: str, key: object) -> strawberry.ID:
    return strawberry.ID(node_id(kind, key))


def account(view: AccountView) -> types.Account:
    """An account with its valuation."""
    state, markets = view.account, view.markets
    books, marks = state.books, state.marks
    return types.Account(
        id=_id("Account", state.id),
        name=state.name,
        currency="USD",
        timezone=state.session.zone.name,
        enabled=state.enabled,
        halt_reason=state.halt_reason,
        settings=settings(state.settings, books),
        session=session(state.id, state.session, books, marks),
        cash=books.cash,
        equity=valuation.equity(state, markets),
        buying_power=valuation.shown_buying_power(state, markets),
        total_pnl=valuation.total_pnl(state, markets),
        realized_pnl=books.realized_pnl,
        unrealized_pnl=valuation.unrealized_pnl(state, markets),
        open_commission=valuation.open_commission(state),
        commission=books.commission,
        slippage=books.slippage,
        heat_percent=_heat(state, markets),
        open_positions=len(state.positions),
        working_signals=len(state.working),
        trade_count=books.trades,
        winning_trades=books.wins,
        losing_trades=books.losses,
        win_rate=shown(books.win_rate),
        average_r=shown(books.average_r),
        peak_equity=marks.running_peak,
        max_drawdown=ratio(marks.max_drawdown),
        current_drawdown=ratio(marks.drawdown),
        cursor=event_cursor(state.id, state.seq),
    )


def _heat(state: Account, markets: Markets) -> Decimal:
    """Heat within the desk's range, of which a risk without any equity to bear it is the end."""
    percent = valuation.heat_percent(state, markets)
    if percent is not None:
        return _percent(percent)
    return LARGEST if valuation.risk_at_stake(state) > ZERO else ZERO


def _percent(value: Decimal) -> Decimal:
    return ratio(min(value, LARGEST))


def session_record(record: SessionRecord | SessionView) -> types.Session:
    """A session with what it came to."""
    return session(record.account_id, record.session, record.books, record.marks)


def session(account_id: UUID, record: Session, books: LedgerTotals, marks: EquityWatermarks) -> types.Session:
    """A session of an account, with what it came to."""
    return types.Session(
        id=_id("Session", f"{account_id}:{record.number}"),
        number=record.number,
        starting_capital=record.starting_capital,
        timezone=record.zone.name,
        started_at=record.started_at,
        cash=books.cash,
        realized_pnl=books.realized_pnl,
        commission=books.commission,
        slippage=books.slippage,
        trade_count=books.trades,
        winning_trades=books.wins,
        losing_trades=books.losses,
        win_rate=shown(books.win_rate),
        average_r=shown(books.average_r),
        peak_equity=marks.running_peak,
        max_drawdown=ratio(marks.max_drawdown),
        ended_at=record.ended_at,
    )


def settings(record: Settings, books: LedgerTotals) -> types.Settings:
    """An account's settings."""
    return types.Settings(
        starting_capital=record.starting_capital,
        use_realistic_fills=record.use_realistic_fills,
        slippage=_slippage(record.slippage),
        commission=_commission(record.commission),
        leverage=record.leverage,
        max_trade_risk_percent=record.max_trade_risk_percent,
        max_campaign_risk_percent=record.max_campaign_risk_percent,
        max_heat_percent=record.max_heat_percent,
        max_price_age_seconds=record.max_price_age_seconds,
        scale_out_percent=record.scale_out_percent,
        break_even_after_target1=record.break_even_after_target1,
        intrabar=record.intrabar,
        max_holding_days=record.max_holding_days,
        max_daily_loss_percent=record.max_daily_loss_percent,
        max_drawdown_percent=record.max_drawdown_percent,
        periods_per_year=periods_in_a_year(record, books),
        timezone=record.timezone,
    )


def _slippage(model: costs.Slippage) -> types.Slippage:
    shown = types.Slippage(
        model=SlippageModel.PERCENT, percent=None, per_share=None, volume_limit=None, price_impact=None
    )
    match model:
        case costs.PercentSlippage():
            shown.percent = model.percent
        case costs.PerShareSlippage():
            shown.model, shown.per_share = SlippageModel.PER_SHARE, model.per_share
        case costs.VolumeShareSlippage():
            shown.model = SlippageModel.VOLUME_SHARE
            shown.volume_limit, shown.price_impact = model.volume_limit, model.price_impact
    return shown


def _commission(model: costs.Commission) -> types.Commission:
    match model:
        case costs.PerShareCommission():
            kind, rate, minimum, most = CommissionModel.PER_SHARE, model.rate, model.minimum, model.maximum_percent
        case costs.BasisPointsCommission():
            kind, rate, minimum, most = CommissionModel.BASIS_POINTS, model.basis_points, None, None
        case costs.PerOrderCommission():
            kind, rate, minimum, most = CommissionModel.PER_ORDER, model.per_order, None, None
    return types.Commission(model=kind, rate=rate, minimum=minimum, maximum_percent=most)


def error(refusal: Refusal) -> types.UserError:
    """A refusal."""
    path = None if refusal.field is None else api_name(refusal.field).split(".")
    return types.UserError(
        code=refusal.code, message=api_message(refusal.message), field=path, limit=refusal.limit, actual=refusal.actual
    )


def errors(refusal: Refusal | None) -> list[types.UserError]:
    """The refusal of a payload, if there is one."""
    return [] if refusal is None else [error(refusal)]


def rejected(record: RejectedInput) -> types.RejectedInput:
    """A bar or quote that was not applied."""
    return types.RejectedInput(index=record.index, outcome=record.outcome, message=api_message(record.message))


def fill(record: Fill) -> types.Fill:
    """One execution."""
    return types.Fill(
        time=record.time,
        reason=record.reason,
        quantity=record.quantity,
        price=record.price,
        raw_price=record.raw_price,
        slippage=record.slippage,
        commission=record.commission,
        gap=record.gap,
        ambiguous=record.ambiguous,
    )


def trade(record: Trade) -> types.Trade:
    """A round trip."""
    multiple = record.r_multiple
    return types.Trade(
        id=_id("Trade", record.id),
        position_id=_id("Position", record.id),
        signal_id=record.signal_id,
        symbol=record.symbol,
        side=record.side,
        pattern=record.pattern,
        campaign_id=record.campaign_id,
        quantity=record.quantity,
        entry_time=record.entry_time,
        entry_price=record.entry_price,
        exit_time=record.exit_time,
        exit_price=record.exit_price,
        exit_reason=ExitReason(record.exit_reason.value),
        realized_pnl=record.realized_pnl,
        r_multiple=None if multiple is None else ratio(multiple),
        commission=record.commission,
        slippage=record.slippage,
        fills=[fill(each) for each in record.fills],
        record=record,
    )


def position(view: PositionView) -> types.Position:
    """A position with its last price."""
    record, mark = view.position, view.mark
    multiple = record.r_multiple(mark.price)
    return types.Position(
        id=_id("Position", record.id),
        signal_id=record.signal_id,
        symbol=record.symbol,
        asset_class=record.asset_class,
        side=record.side,
        status=record.status,
        is_open=record.is_open,
        pattern=record.pattern,
        campaign_id=record.campaign_id,
        quantity=record.quantity,
        open_quantity=record.open_quantity,
        entry_time=record.entry_time,
        entry_price=record.entry_price,
        stop_loss=record.stop,
        initial_stop_loss=record.initial_stop,
        target1=record.target1,
        target2=record.target2,
        last_price=mark.price,
        last_price_time=mark.time,
        unrealized_pnl=record.unrealized_pnl(mark.price),
        realized_pnl=record.realized_pnl,
        r_multiple=None if multiple is None else ratio(multiple),
        commission=record.commission,
        slippage=record.slippage,
        open_risk=record.open_risk,
        fills=[fill(each) for each in record.fills],
        trade=None if view.trade is None else trade(view.trade),
    )


def signal(view: SignalView) -> types.Signal:
    """A signal with its outcome."""
    record = view.signal
    request = record.request
    return types.Signal(
        id=_id("Signal", record.id),
        signal_id=record.signal_id,
        symbol=request.symbol,
        asset_class=request.asset_class,
        side=record.side,
        status=record.status,
        error=None if record.refusal is None else error(record.refusal),
        entry=request.entry,
        entry_price=request.entry_price,
        good_until=request.good_until,
        quantity=record.quantity,
        risk_percent=request.risk_percent,
        stop_loss=request.stop_loss,
        target1=request.target1,
        target2=request.target2,
        pattern=request.pattern,
        phase=request.phase,
        timeframe=request.timeframe,
        confidence=request.confidence,
        source=request.source,
        campaign_id=request.campaign_id,
        timestamp=record.timestamp,
        recorded_at=record.recorded_at,
        position=None if view.position is None else position(view.position),
    )


def quote(market: Market) -> types.Quote:
    """A symbol's last price, which is known."""
    assert market.last is not None  # noqa: S101
    return types.Quote(symbol=market.symbol, price=market.last.price, time=market.last.time)


def preview(found: Assessment) -> types.SignalPreview:
    """What the desk would decide."""
    execution = found.execution
    percents = (found.trade_risk_percent, found.campaign_risk_percent, found.heat_percent)
    trade_risk, campaign, heat = (None if percent is None else _percent(percent) for percent in percents)
    return types.SignalPreview(
        accepted=found.refusal is None,
        errors=errors(found.refusal),
        side=found.side,
        quantity=found.quantity,
        fill_price=None if execution is None else execution.price,
        commission=None if execution is None else execution.commission,
        trade_risk_percent=trade_risk,
        campaign_risk_percent=campaign,
        heat_percent=heat,
        buying_power=None if found.buying_power is None else figure(found.buying_power),
    )


def no_preview(refusal: Refusal) -> types.SignalPreview:
    """What the desk would decide about input that means nothing."""
    nothing = dict.fromkeys(
        (
            "side",
            "quantity",
            "fill_price",
            "commission",
            "trade_risk_percent",
            "campaign_risk_percent",
            "heat_percent",
            "buying_power",
        )
    )
    return types.SignalPreview(accepted=False, errors=errors(refusal), **nothing)


def position_event(streamed: StreamEvent, event: PositionEvent) -> types.PositionEvent:
    """An event of positionEvents. A flat position's trade follows from its fills."""
    record = event.position
    whole = PositionView(record, event.mark, None if record.is_open else trade_of(record))
    return types.PositionEvent(
        cursor=streamed.cursor,
        kind=event.kind,
        position=position(whole),
        fill=None if event.fill is None else fill(event.fill),
        occurred_at=event.occurred_at,
        recorded_at=streamed.recorded_at,
    )


def trade_event(streamed: StreamEvent, event: TradeEvent) -> types.TradeEvent:
    """An event of tradeEvents."""
    return types.TradeEvent(
        cursor=streamed.cursor,
        kind=TradeEventKind.CLOSED,
        trade=trade(event.trade),
        occurred_at=event.occurred_at,
        recorded_at=streamed.recorded_at,
    )


def signal_event(streamed: StreamEvent, event: SignalEvent) -> types.SignalEvent:
    """An event of signalEvents; the position that the signal opens is an event of its own."""
    return types.SignalEvent(
        cursor=streamed.cursor,
        signal=signal(SignalView(event.signal, None)),
        occurred_at=event.occurred_at,
        recorded_at=streamed.recorded_at,
    )
