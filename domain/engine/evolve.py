"""How an event changes an account. Nothing is decided here; cash changes only by fills (R28)."""

from uuid import UUID

from domain.engine.events import (
    AccountDisabled,
    AccountEnabled,
    AccountHalted,
    AccountOpened,
    AccountResumed,
    Event,
    PositionEvent,
    PositionEventKind,
    SessionEnded,
    SessionStarted,
    SettingsChanged,
    SignalEvent,
    TradeEvent,
)
from domain.instruments import AssetClass
from domain.money import rounded
from domain.orders.signal import SignalStatus
from domain.portfolio.account import Account
from domain.portfolio.fill import Fill, FillReason
from domain.portfolio.ledger_totals import LedgerTotals
from domain.portfolio.open_positions import NO_POSITIONS
from domain.portfolio.position import Position
from domain.portfolio.session import Session
from domain.portfolio.settings import Settings
from domain.portfolio.working_signals import NO_SIGNALS
from domain.records import replace


def opened(event: AccountOpened) -> Account:
    """The account that an opening brings into being."""
    return begun(event.account_id, event.name, event.settings, event.session, seq=1)


def begun(
    account_id: UUID, name: str, settings: Settings, session: Session, *, seq: int, signal_count: int = 0
) -> Account:
    """An account as one of its sessions begins: with fresh capital, and enabled if the session is."""
    return Account(
        id=account_id,
        name=name,
        settings=settings,
        enabled=session.enabled_since is not None,
        halt_reason=None,
        session=session,
        totals=LedgerTotals(session.starting_capital),
        positions=NO_POSITIONS,
        working=NO_SIGNALS,
        seq=seq,
        signal_count=signal_count,
    )


def evolve(account: Account, event: Event) -> Account:  # noqa: C901 - one arm an event
    """The account after one event."""
    seq = account.seq + 1
    match event:
        case PositionEvent():
            return _with_position_event(account, event)
        case SignalEvent():
            return _with_signal_event(account, event)
        case TradeEvent():
            return replace(account, seq=seq, totals=account.totals.with_trade(event.trade))
        case AccountHalted():
            return replace(account, seq=seq, halt_reason=event.reason)
        case AccountResumed():
            return replace(account, seq=seq, halt_reason=None)
        case AccountEnabled():
            return replace(account, seq=seq, enabled=True, session=account.session.switched_on(event.recorded_at))
        case AccountDisabled():
            return replace(account, seq=seq, enabled=False, session=account.session.switched_off(event.recorded_at))
        case SettingsChanged():
            return replace(account, seq=seq, settings=event.settings)
        case SessionEnded():
            return replace(account, seq=seq, session=event.session)
        case SessionStarted():
            return _with_session(account, event.session)
        case AccountOpened():
            raise ValueError("an account opens once")


def _with_session(account: Account, session: Session) -> Account:
    return begun(
        account.id, account.name, account.settings, session, seq=account.seq + 1, signal_count=account.signal_count
    )


def _with_signal_event(account: Account, event: SignalEvent) -> Account:
    signal = event.signal
    working = account.working.without(signal)
    if signal.status is SignalStatus.WORKING:
        working = working.with_signal(signal)
    count = max(account.signal_count, signal.number)
    return replace(account, seq=account.seq + 1, working=working, signal_count=count)


def _with_position_event(account: Account, event: PositionEvent) -> Account:
    position = event.position
    fill, totals = event.fill, account.totals
    if fill is not None:
        totals = _with_fill(totals, position, fill, opens=event.kind is PositionEventKind.OPENED)
    positions = account.positions.with_position(position)
    return replace(account, seq=account.seq + 1, totals=totals, positions=positions)


def _with_fill(totals: LedgerTotals, position: Position, fill: Fill, *, opens: bool) -> LedgerTotals:
    is_crypto = position.asset_class is AssetClass.CRYPTO
    sign = -position.side.sign if fill.reason is FillReason.ENTRY else position.side.sign
    return replace(
        totals,
        cash=rounded(totals.cash + sign * fill.amount - fill.commission),
        realized_pnl=rounded(totals.realized_pnl + fill.realized_pnl),
        commission=rounded(totals.commission + fill.commission),
        slippage=rounded(totals.slippage + fill.slippage),
        crypto_positions=totals.crypto_positions + (opens and is_crypto),
        other_positions=totals.other_positions + (opens and not is_crypto),
    )
