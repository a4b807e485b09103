"""How the types of accounts are made from the domain's values."""

from decimal import Decimal
from typing import Any
from uuid import UUID

from api.codec.cursors import event_cursor
from api.graphql.accounts import types
from api.graphql.accounts.enums import CommissionModel, SlippageModel
from api.graphql.figures import bounded_percent
from api.graphql.node import global_id
from domain.analytics.curve import periods_in_a_year
from domain.analytics.stats import to_12_places
from domain.engine.views import AccountView, SessionRecord, SessionView
from domain.money import LARGEST, ZERO, figure, ratio
from domain.orders import costs
from domain.portfolio.ledger_totals import LedgerTotals
from domain.portfolio.session import Session
from domain.portfolio.settings import Settings
from domain.portfolio.valuation import Valuation, open_commission, percent_of_equity, risk_at_stake
from domain.portfolio.watermarks import EquityWatermarks


def account(view: AccountView) -> types.Account:
    """An account with its valuation."""
    state, markets = view.account, view.markets
    totals, watermarks, valuation = state.totals, view.watermarks, Valuation.of(state, markets)
    return types.Account(
        id=global_id("Account", state.id),
        name=state.name,
        currency="USD",
        timezone=state.session.zone.name,
        enabled=state.enabled,
        halt_reason=state.halt_reason,
        settings=settings(state.settings, totals),
        session=session(state.id, state.session, totals, watermarks),
        equity=valuation.equity,
        buying_power=valuation.shown_buying_power,
        market_value=valuation.market_value,
        long_exposure=figure(valuation.worth.long),
        short_exposure=figure(valuation.worth.short),
        gross_exposure=figure(valuation.worth.gross),
        net_exposure=valuation.market_value,
        total_pnl=valuation.total_pnl,
        today_pnl=view.today_pnl,
        unrealized_pnl=valuation.unrealized_pnl,
        open_commission=open_commission(state),
        heat_percent=heat_of(risk_at_stake(state), valuation.equity),
        open_positions=len(state.positions),
        working_signals=len(state.working),
        current_drawdown=ratio(watermarks.drawdown),
        cursor=event_cursor(state.id, state.seq),
        **_kept_figures(totals, watermarks),
    )


def heat_of(risk: Decimal, equity: Decimal) -> Decimal:
    """A risk in percent of equity within the desk's range, whose end is a risk without any equity to bear it."""
    percent = percent_of_equity(risk, equity)
    if percent is not None:
        return bounded_percent(percent)
    return LARGEST if risk > ZERO else ZERO


def session_record(record: SessionRecord | SessionView) -> types.Session:
    """A session with what it came to."""
    return session(record.account_id, record.session, record.totals, record.watermarks)


def session(account_id: UUID, record: Session, totals: LedgerTotals, watermarks: EquityWatermarks) -> types.Session:
    """A session of an account, with what it came to."""
    return types.Session(
        id=global_id("Session", f"{account_id}:{record.number}"),
        number=record.number,
        starting_capital=record.starting_capital,
        timezone=record.zone.name,
        started_at=record.started_at,
        ended_at=record.ended_at,
        **_kept_figures(totals, watermarks),
    )


def _kept_figures(totals: LedgerTotals, watermarks: EquityWatermarks) -> dict[str, Any]:
    """What the ledger and the equity of a session came to, which an account shows of its current one."""
    return {
        "cash": totals.cash,
        "realized_pnl": totals.realized_pnl,
        "commission": totals.commission,
        "slippage": totals.slippage,
        "trade_count": totals.trades,
        "winning_trades": totals.wins,
        "losing_trades": totals.losses,
        "win_rate": to_12_places(totals.win_rate),
        "average_r": to_12_places(totals.average_r),
        "peak_equity": watermarks.running_peak,
        "max_drawdown": ratio(watermarks.max_drawdown),
    }


def settings(record: Settings, totals: LedgerTotals) -> types.Settings:
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
        limit_fill=record.limit_fill,
        max_holding_days=record.max_holding_days,
        max_daily_loss_percent=record.max_daily_loss_percent,
        max_drawdown_percent=record.max_drawdown_percent,
        periods_per_year=periods_in_a_year(record, totals),
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
