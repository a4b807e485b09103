"""decide(desk, command, times) -> decision: every decision the desk can make. It changes nothing."""

from domain.engine.commands import (
    AccountCommand,
    AmendPosition,
    AmendSignal,
    CancelSignal,
    CloseAll,
    ClosePosition,
    Command,
    Disable,
    Enable,
    ExecuteSignal,
    Ingest,
    RecordBacktest,
    Reset,
    Resume,
    RetractMarketData,
    ReversePosition,
    Times,
    UpdateSettings,
)
from domain.engine.context import DecisionContext
from domain.engine.decide.amend_position import amend_position, preview_position_amendment
from domain.engine.decide.amend_signal import amend_signal, preview_signal_amendment
from domain.engine.decide.cancel_signal import cancel_signal
from domain.engine.decide.close_all import close_all
from domain.engine.decide.close_position import close_position
from domain.engine.decide.disable import disable
from domain.engine.decide.enable import enable, open_account
from domain.engine.decide.execute_signal import decide_signal, preview_signal
from domain.engine.decide.idempotency import first_decision, remembered
from domain.engine.decide.ingest import ingest
from domain.engine.decide.reset import reset
from domain.engine.decide.resume import resume
from domain.engine.decide.retract_market_data import retract
from domain.engine.decide.reverse_position import reverse_position
from domain.engine.decide.update_settings import change_settings
from domain.engine.events import TradeEvent
from domain.engine.observe import observe_fills, traded
from domain.engine.results import CommandResult, Decision
from domain.engine.state import Desk
from domain.money import OutOfRange
from domain.records import replace
from domain.refusals import ErrorCode, Refusal, Refused, invalid, no_account, refuse
from domain.risk.limits import Assessment
from domain.validation import Invalid


def decide(desk: Desk, command: Command, times: Times) -> Decision:
    """What the desk does about a command. A refusal is an answer; most leave the desk as it was (R20)."""
    if isinstance(command, Ingest):
        return ingest(desk, command, times)
    if isinstance(command, RetractMarketData):
        return retract(desk, command)
    if isinstance(command, RecordBacktest):
        return Decision(desk, CommandResult(), (command.backtest,))
    try:
        first = first_decision(desk, command)
        decision = _decided(desk, command, times) if first is None else Decision(desk, first)
    except (Invalid, OutOfRange, Refused) as problem:
        decision = Decision(desk, CommandResult(refusal=_refusal(problem)))
    return remembered(command, decision)


def preview(desk: Desk, command: ExecuteSignal, times: Times) -> Assessment:
    """The decision about a signal and its figures, without doing anything (R20).

    Whether its id was used before is not asked.
    """
    side = command.request.resolved_side
    try:
        return preview_signal(_context_of(desk, command.account), command, times)
    except (Invalid, OutOfRange, Refused) as problem:
        return Assessment(side, refusal=_refusal(problem))


def preview_amendment(desk: Desk, command: AmendSignal | AmendPosition, times: Times) -> Assessment | Refusal:
    """The decision about an amendment and its figures, without doing anything; a refusal where there are none (R41)."""
    try:
        context = _context_of(desk, command.account)
        if isinstance(command, AmendSignal):
            return preview_signal_amendment(desk, context, command, times)
        return preview_position_amendment(desk, context, command, times)
    except (Invalid, OutOfRange, Refused) as problem:
        return _refusal(problem)


def _decided(desk: Desk, command: AccountCommand, times: Times) -> Decision:
    match command:
        case ExecuteSignal():
            context = _context_of(desk, command.account)
            signal = decide_signal(context, command, times)
            observe_fills(context)
            return _decision(desk, context, CommandResult(signal.refusal, signal))
        case ReversePosition():
            _context_of(desk, command.account)
            context, signal = reverse_position(desk, command, times)
            return _decision(desk, context, CommandResult(signal.refusal, signal))
        case Enable() if command.account not in desk.accounts:
            return _decision(desk, open_account(desk, command, times), CommandResult())
    context = _context_of(desk, command.account)
    return _decision(desk, context, _managed(desk, context, command, times))


def _managed(desk: Desk, context: DecisionContext, command: AccountCommand, times: Times) -> CommandResult:
    match command:
        case Enable():
            enable(context, command.settings, times)
        case Disable():
            disable(context, times)
        case Reset():
            return CommandResult(ended_session=reset(context, command, times))
        case UpdateSettings():
            change_settings(context, command.settings, times)
        case Resume():
            resume(context, times)
        case _:
            return _traded(desk, context, command, times)
    return CommandResult()


def _traded(desk: Desk, context: DecisionContext, command: AccountCommand, times: Times) -> CommandResult:
    match command:
        case AmendSignal():
            amend_signal(desk, context, command, times)
        case AmendPosition():
            amend_position(desk, context, command, times)
        case CancelSignal():
            cancel_signal(desk, context, command, times)
        case ClosePosition():
            close_position(desk, context, command, times)
        case CloseAll():
            return CommandResult(closed=close_all(context, command, times))
    return CommandResult()


def _context_of(desk: Desk, name: str) -> DecisionContext:
    if desk.accounts.get(name) is None:
        raise refuse(ErrorCode.ACCOUNT_NOT_FOUND, no_account(name), field="account")
    return DecisionContext.of(desk, name)


def _decision(desk: Desk, context: DecisionContext, result: CommandResult) -> Decision:
    """The decision of a context: the desk with all that was recorded in it, and the trades that came of it."""
    entries, after = context.entries, desk
    if entries:
        watch = context.look_away(desk.recent.newest, traded(context))
        after = desk.with_decided(context.account, entries, watch)
    trades = tuple([entry.event.trade for entry in entries if isinstance(entry.event, TradeEvent)])
    signal = None if result.signal is None else after.signals[result.signal.id]
    result = replace(result, signal=signal, trades=trades)
    return Decision(after, result, tuple(entries), tuple(context.curves), tuple(context.archived))


def _refusal(problem: Invalid | OutOfRange | Refused) -> Refusal:
    match problem:
        case Refused():
            return problem.refusal
        case Invalid():
            return invalid(problem)
        case OutOfRange():
            return invalid(Invalid(f"a result {problem} (R1)", "command"))
