"""What a command's payload shows, out of the writer's memory: after a commit the database is not needed any more."""

from dataclasses import dataclass
from uuid import UUID

from api.persistence.closed_state import ClosedState
from domain.analytics.comparison import BacktestHead
from domain.engine.commands import (
    CancelSignal,
    ClosePosition,
    Command,
    Disable,
    Enable,
    ExecuteSignal,
    RecordBacktest,
    Reset,
    Resume,
    UpdateSettings,
)
from domain.engine.results import CommandResult, Decision
from domain.engine.state import Desk
from domain.engine.views import AccountView, PositionView, SessionView, SignalView
from domain.orders.signal import Signal
from domain.portfolio.trade import trade_of
from domain.portfolio.valuation import mark_of


@dataclass(frozen=True, slots=True)
class CommandPayload:
    """The answer to a command that is durable, and what it is about as it stood right after it."""

    result: CommandResult
    account: AccountView | None = None
    ended_session: SessionView | None = None
    signal: SignalView | None = None
    position: PositionView | None = None
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
        case CancelSignal():
            return CommandPayload(result, signal=_signal(desk, closed, command.account, desk.signals.get(command.id)))
        case ClosePosition() if result.refusal is None:
            return CommandPayload(result, position=_position(desk, closed, command.account, command.position_id))
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
    return None if signal is None else SignalView(signal, _position(desk, closed, account, signal.id))


def _position(desk: Desk, closed: ClosedState, account: str, key: UUID) -> PositionView | None:
    position = desk.accounts[account].positions.get(key) or closed.positions.get(key)
    if position is None:
        return None
    mark = mark_of(position, desk.markets)
    return PositionView(position, mark, None if position.is_open else trade_of(position))
