"""What happens once: a signal or a command with an id, sent again (R5)."""

from domain.engine.commands import (
    AccountCommand,
    CommandRecord,
    Disable,
    Enable,
    ExecuteSignal,
    ReversePosition,
)
from domain.engine.results import CommandResult, Decision
from domain.engine.state import Desk
from domain.orders.signal import Signal
from domain.records import replace
from domain.refusals import ErrorCode, refuse

_NOTHING_IS_STORED = {ErrorCode.INVALID_INPUT, ErrorCode.ACCOUNT_NOT_FOUND, ErrorCode.IDEMPOTENCY_CONFLICT}
"""After such a refusal an id is still free, or was another's before (R5)."""

_WITHOUT_ID = Enable, Disable
_REMEMBERED_OTHERWISE = ExecuteSignal, ReversePosition, Enable, Disable


def first_decision(desk: Desk, command: AccountCommand) -> CommandResult | None:
    """What was decided first about a signal or command of the same id and content, if it was sent before (R5).

    Raises Refused where the id was another's: signals and commands of an account share one space of ids.
    """
    if isinstance(command, ExecuteSignal):
        key, sent = command.id, command.signal_id
    elif isinstance(command, ReversePosition):
        key, sent = command.signal.id, command.signal.signal_id
    elif isinstance(command, _WITHOUT_ID):
        return None
    elif command.command_id is not None:
        key, sent = command.command_id.key, command.command_id.sent
    else:
        return None
    signal, record = desk.signals.get(key), desk.commands.get(key)
    if signal is None and record is None:
        return None
    if signal is not None and _is_of(signal, command):
        return CommandResult(refusal=signal.refusal, signal=signal, replayed=True)
    if record is not None and record.command == command:
        return CommandResult(record.refusal, ended_session=record.ended_session, closed=record.closed, replayed=True)
    subject = "signal" if isinstance(command, ExecuteSignal | ReversePosition) else "id"
    message = f"{subject} {sent} was sent before with other content (R5)"
    field = "signal.id" if isinstance(command, ReversePosition) else "id"
    raise refuse(ErrorCode.IDEMPOTENCY_CONFLICT, message, field=field)


def _is_of(signal: Signal, command: AccountCommand) -> bool:
    """Whether a signal is what a command of its id asks for, alone or to reverse a position."""
    request, reverses = signal.sent or signal.request, signal.reverses
    match command:
        case ExecuteSignal():
            return request == command.request and reverses is None
        case ReversePosition():
            return request == command.signal.request and reverses == command.position_id
        case _:
            return False


def remembered(command: AccountCommand, decision: Decision) -> Decision:
    """The decision, with what to remember of a command that came with an id of its own, a refusal too (R5)."""
    if isinstance(command, _REMEMBERED_OTHERWISE) or command.command_id is None:
        return decision
    result = decision.result
    if result.replayed:
        return decision
    if result.refusal is not None and result.refusal.code in _NOTHING_IS_STORED:
        return decision
    record = CommandRecord(command, result.refusal, result.ended_session, result.closed)
    return replace(decision, desk=decision.desk.with_command(command.command_id.key, record), record=record)
