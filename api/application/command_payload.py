"""What a command's payload shows, out of the writer's memory: after a commit the database is not needed any more."""

from collections.abc import Sequence
from uuid import UUID

from api.persistence.closed_state import ClosedState
from domain.analytics.comparison import BacktestHead
from domain.engine.commands import (
    AmendPosition,
    AmendSignal,
    CancelSignal,
    CloseAll,
    ClosePosition,
    Command,
    Disable,
    Enable,
    ExecuteSignal,
    RecordBacktest,
    Reset,
    Resume,
    ReversePosition,
    UpdateSettings,
)
from domain.engine.results import CommandResult, Decision
from domain.engine.state import Desk
from domain.engine.views import AccountView, PositionView, SessionView, SignalView
from domain.orders.signal import Signal
from domain.portfolio.trade import trade_of
from domain.portfolio.valuation import mark_of
from domain.records import dataclass


@dataclass(frozen=True, slots=True)
class CommandPayload:
    """The answer to a command that is durable, and what it is about as it stood right after it."""

    result: CommandResult
    account: AccountView | None = None
    ended_session: SessionView | None = None
    signal: SignalView | None = None
    position: PositionView | None = None
    positions: Sequence[PositionView] = ()
    backtest: BacktestHead | None = None


def command_payload(command: Command, decision: Decision, closed: ClosedState) -> CommandPayload:
    """The result of a command that was just decided; `closed` holds what it closed, ended or named."""
    desk, result = decision.desk, decision.result
    match command:
        case Enable() | Disable() | Reset() | UpdateSettings() | Resume():
            number = result.ended_session
            ended = None if number is None else closed.sessions[command.account, number]
            return CommandPayload(result, account=_account(desk, command.account), ended_session=ended)
        case ExecuteSignal():
            return CommandPayload(result, signal=_signal(desk, closed, command.account, result.signal))
        case AmendPosition():
            return CommandPayload(result, position=_position(desk, closed, command.account, command.position_id))
        case CancelSignal() | AmendSignal():
            return CommandPayload(result, signal=_signal(desk, closed, command.account, desk.signals.get(command.id)))
        case ReversePosition():
            signal = _signal(desk, closed, command.account, result.signal)
            return CommandPayload(result, signal=signal, position=_closed(desk, closed, command, signal))
        case ClosePosition() if result.refusal is None:
            return CommandPayload(result, position=_position(desk, closed, command.account, command.position_id))
        case CloseAll():
            return CommandPayload(result, positions=_positions(desk, closed, command.account, result.closed))
        case RecordBacktest(backtest):
            head = BacktestHead(
                id=backtest.id,
                name=backtest.name,
                source=backtest.source,
                recorded_at=backtest.recorded_at,
                metrics=backtest.metrics,
                trade_count=len(backtest.trades),
            )
            return CommandPayload(result, backtest=head)
        case _:
            return CommandPayload(result)


def _account(desk: Desk, name: str) -> AccountView | None:
    return AccountView.of(desk, name) if name in desk.accounts else None


def _signal(desk: Desk, closed: ClosedState, account: str, signal: Signal | None) -> SignalView | None:
    if signal is None:
        return None
    return SignalView(signal, _position(desk, closed, account, signal.id, signal.request.symbol))


def _closed(
    desk: Desk, closed: ClosedState, command: ReversePosition, signal: SignalView | None
) -> PositionView | None:
    """The position that was closed for a signal, if that was not refused."""
    if signal is None or signal.position is None:
        return None
    return _position(desk, closed, command.account, command.position_id)


def _positions(desk: Desk, closed: ClosedState, account: str, keys: Sequence[UUID]) -> list[PositionView]:
    views = [_position(desk, closed, account, key) for key in keys]
    return [view for view in views if view is not None]


def _position(
    desk: Desk, closed: ClosedState, account: str, key: UUID, symbol: str | None = None
) -> PositionView | None:
    """A position of the account, open or not, found at once where its symbol is known; none of another's."""
    owner = desk.accounts.get(account)
    if owner is None:
        return None
    positions = owner.positions if symbol is None else owner.positions.of_symbol(symbol)
    position = positions.get(key) or closed.positions.get(key)
    if position is None or position.account_id != owner.id:
        return None
    mark = mark_of(position, desk.markets)
    return PositionView(position, mark, None if position.is_open else trade_of(position))
