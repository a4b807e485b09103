"""decide(desk, command, times) -> outcome: every decision the desk can make. It changes nothing."""

from dataclasses import replace

from domain.engine.commands import (
    AccountCommand,
    CancelSignal,
    ClosePosition,
    Command,
    CommandRecord,
    Disable,
    Enable,
    ExecuteSignal,
    Ingest,
    RecordBacktest,
    Reset,
    Resume,
    RetractMarketData,
    Times,
    UpdateSettings,
)
from domain.engine.context import DecisionContext
from domain.engine.decide import lifecycle
from domain.engine.decide.execute_signal import (
    decide_signal,
    market_entry,
    max_price_age,
    preview_signal,
    require_not_ahead,
    require_not_late,
)
from domain.engine.decide.ingest import ingest
from domain.engine.events import TradeEvent
from domain.engine.exits import close_at_last_price, close_by_hand, end_signal
from domain.engine.results import CommandResult, Decision
from domain.engine.retraction import retract
from domain.engine.state import Desk
from domain.money import OutOfRange
from domain.orders.signal import Signal, SignalStatus
from domain.refusals import ErrorCode, Refusal, Refused, invalid, no_account, refuse
from domain.risk.limits import Assessment
from domain.validation import Invalid

_NOTHING_IS_STORED = {ErrorCode.INVALID_INPUT, ErrorCode.ACCOUNT_NOT_FOUND, ErrorCode.IDEMPOTENCY_CONFLICT}
"""After such a refusal an id is still free, or was another's before (R5)."""


def decide(desk: Desk, command: Command, times: Times) -> Decision:
    """What the desk does about a command. A refusal is an answer; most leave the desk as it was (R20)."""
    if isinstance(command, Ingest):
        return ingest(desk, command, times)
    if isinstance(command, RetractMarketData):
        return retract(desk, command)
    if isinstance(command, RecordBacktest):
        return Decision(desk, CommandResult(), (command.backtest,))
    try:
        first = _first_answer(desk, command)
        outcome = _decided(desk, command, times) if first is None else Decision(desk, first)
    except (Invalid, OutOfRange, Refused) as problem:
        outcome = Decision(desk, CommandResult(refusal=_refusal(problem)))
    return _remembered(command, outcome)


def preview(desk: Desk, command: ExecuteSignal, times: Times) -> Assessment:
    """The decision about a signal and its figures, without doing anything (R20); an id that is known is no matter."""
    side = command.request.resolved_side
    try:
        return preview_signal(_story(desk, command.account), command, times)
    except (Invalid, OutOfRange, Refused) as problem:
        return Assessment(side, refusal=_refusal(problem))


def _decided(desk: Desk, command: AccountCommand, times: Times) -> Decision:
    match command:
        case ExecuteSignal():
            story = _story(desk, command.account)
            return _told(desk, story, signal=decide_signal(story, command, times))
        case Enable() if command.account not in desk.accounts:
            return _told(desk, lifecycle.open_account(command, desk.markets, times))
    story = _story(desk, command.account)
    ended = _managed(desk, story, command, times)
    return _told(desk, story, ended_session=ended)


def _managed(desk: Desk, story: DecisionContext, command: AccountCommand, times: Times) -> int | None:
    match command:
        case Enable():
            lifecycle.enable(story, command.settings, times)
        case Disable():
            lifecycle.disable(story, times)
        case Reset():
            return lifecycle.reset(story, command, times)
        case UpdateSettings():
            lifecycle.change_settings(story, command.settings, times)
        case Resume():
            lifecycle.resume(story, times)
        case CancelSignal():
            _cancel(desk, story, command, times)
        case ClosePosition():
            _close(desk, story, command, times)
    return None


def _first_answer(desk: Desk, command: AccountCommand) -> CommandResult | None:
    """What was decided first about a signal or command of the same id and content, if it was sent before (R5).

    Raises Refused where the id was another's: signals and commands of an account share one space of ids.
    """
    if isinstance(command, Enable | Disable):
        return None
    if isinstance(command, ExecuteSignal):
        key, sent = command.id, command.signal_id
    elif command.command_id is not None:
        key, sent = command.command_id.key, command.command_id.sent
    else:
        return None
    signal, record = desk.signals.get(key), desk.commands.get(key)
    if signal is None and record is None:
        return None
    if signal is not None and isinstance(command, ExecuteSignal) and signal.request == command.request:
        return CommandResult(refusal=signal.refusal, signal=signal, replayed=True)
    if record is not None and record.command == command:
        return CommandResult(refusal=record.refusal, ended_session=record.ended_session, replayed=True)
    subject = "signal" if isinstance(command, ExecuteSignal) else "id"
    message = f"{subject} {sent} was sent before with other content (R5)"
    raise refuse(ErrorCode.IDEMPOTENCY_CONFLICT, message, field="id")


def _remembered(command: AccountCommand, outcome: Decision) -> Decision:
    """The outcome, with what to remember of a command that came with an id of its own, a refusal too (R5)."""
    answer = outcome.answer
    if isinstance(command, ExecuteSignal | Enable | Disable) or command.command_id is None or answer.replayed:
        return outcome
    if answer.refusal is not None and answer.refusal.code in _NOTHING_IS_STORED:
        return outcome
    record = CommandRecord(command, answer.refusal, answer.ended_session)
    return replace(outcome, desk=outcome.desk.with_command(command.command_id.key, record), record=record)


def _cancel(desk: Desk, story: DecisionContext, command: CancelSignal, times: Times) -> None:
    working = story.account.working.get(command.id)
    if working is not None:
        end_signal(story, working, SignalStatus.CANCELLED, times.clock)
        return
    known = desk.signals.get(command.id)
    if known is None:
        message = f"account {command.account} has no signal {command.signal_id}"
        raise refuse(ErrorCode.SIGNAL_NOT_FOUND, message, field="signal_id")
    message = f"signal {command.signal_id} is {known.status.value}; only a WORKING one can be cancelled (R16)"
    raise refuse(ErrorCode.SIGNAL_NOT_WORKING, message, field="signal_id")


def _close(desk: Desk, story: DecisionContext, command: ClosePosition, times: Times) -> None:
    """Close a position by hand: priced as a market entry is, at any age (R27)."""
    position = story.account.positions.get(command.position_id)
    if position is None:
        raise _not_open(desk, story, command)
    if command.timestamp is not None:
        require_not_ahead(command.timestamp, times.recorded_at)
        require_not_late(story.market(position.symbol), command.timestamp, max_price_age(story.account))
    if command.market_price is None and command.timestamp is None:
        close_at_last_price(story, position)
    else:
        timestamp = command.timestamp or times.clock
        entry = market_entry(story.market_of(position), command.market_price, timestamp, None)
        close_by_hand(story, position, entry.raw, max(entry.time, position.entry_time))
    lifecycle.observe_closing(story)


def _not_open(desk: Desk, story: DecisionContext, command: ClosePosition) -> Refused:
    signal = desk.signals.get(command.position_id)
    mine = signal is not None and signal.account_id == story.account.id
    if not mine or signal is None or signal.status is not SignalStatus.EXECUTED:
        message = f"account {command.account} has no such position"
        return refuse(ErrorCode.POSITION_NOT_FOUND, message, field="position_id")
    return refuse(ErrorCode.POSITION_NOT_OPEN, "the position is closed already", field="position_id")


def _story(desk: Desk, name: str) -> DecisionContext:
    account = desk.accounts.get(name)
    if account is None:
        raise refuse(ErrorCode.ACCOUNT_NOT_FOUND, no_account(name), field="account")
    return DecisionContext(account, desk.markets)


def _told(
    desk: Desk, story: DecisionContext, *, signal: Signal | None = None, ended_session: int | None = None
) -> Decision:
    """The outcome of a story: the desk with all that was recorded in it."""
    after = desk.with_accounts([story.account]).with_signals_of(story.entries)
    trades = tuple(entry.event.trade for entry in story.entries if isinstance(entry.event, TradeEvent))
    refusal = None if signal is None else signal.refusal
    answer = CommandResult(refusal, signal, trades=trades, ended_session=ended_session)
    return Decision(after, answer, tuple(story.entries), tuple(story.points), tuple(story.archived))


def _refusal(problem: Invalid | OutOfRange | Refused) -> Refusal:
    match problem:
        case Refused():
            return problem.refusal
        case Invalid():
            return invalid(problem)
        case OutOfRange():
            return invalid(Invalid(f"a result {problem} (R1)", "input"))
