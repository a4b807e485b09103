"""Mutations: an input becomes a command; what the payload shows comes with its answer, after it is durable."""

from collections.abc import Callable, Sequence
from typing import Annotated, TypeVar
from uuid import UUID, uuid4

import strawberry

from api.application.command_payload import CommandPayload
from api.codec.commands import CommandKind
from api.codec.ids import BadId, account_id, parse_uuid_node, signal_key
from api.graphql import inputs, payloads, report_views, types, views
from api.graphql.backtest_inputs import RecordBacktestInput
from api.graphql.context import Info
from domain.engine.commands import (
    CancelSignal,
    ClosePosition,
    CommandId,
    Disable,
    Enable,
    ExecuteSignal,
    Ingest,
    Reset,
    Resume,
    UpdateSettings,
)
from domain.engine.results import CommandResult, Ingested, InputOutcome
from domain.market.bar import Bar
from domain.validation import Invalid

Item = TypeVar("Item")
Payload = TypeVar("Payload", bound=payloads.Ingested)


def _input(description: str) -> object:
    return strawberry.argument(description=description)


@strawberry.type(
    description="What the desk can be told. What it refuses is in the payload's errors; an error of the response means "
    "that the request was malformed or that the desk could not take it."
)
class Mutation:
    """The root of mutations."""

    @strawberry.mutation(description="Create an account with its first session, or turn a disabled one on again.")
    async def enable(
        self,
        info: Info,
        input: Annotated[inputs.EnableInput, _input("Which account.")] = inputs.EnableInput(),  # noqa: A002, B008
    ) -> payloads.EnablePayload:
        """Enable an account."""
        changes = input.settings

        def command() -> Enable:
            return Enable(input.account, account_id(input.account), changes.changes() if changes else None)

        done = await info.context.dispatch(CommandKind.ENABLE, input.account, input, command)
        return payloads.EnablePayload(account=_account(done), errors=views.errors(done.answer.refusal))

    @strawberry.mutation(description="Cancel what works, close everything at the last prices, refuse new signals.")
    async def disable(
        self,
        info: Info,
        input: Annotated[inputs.DisableInput, _input("Which account.")] = inputs.DisableInput(),  # noqa: A002, B008
    ) -> payloads.DisablePayload:
        """Disable an account."""
        done = await info.context.dispatch(CommandKind.DISABLE, input.account, input, lambda: Disable(input.account))
        return payloads.DisablePayload(
            account=_account(done),
            closed_trades=[views.trade(trade) for trade in done.answer.trades],
            errors=views.errors(done.answer.refusal),
        )

    @strawberry.mutation(description="End the session, which becomes the archive, and start the next afresh.")
    async def reset(
        self,
        info: Info,
        input: Annotated[inputs.ResetInput, _input("Which account.")] = inputs.ResetInput(),  # noqa: A002, B008
    ) -> payloads.ResetPayload:
        """Reset an account."""
        changes = input.settings

        def command() -> Reset:
            return Reset(
                input.account,
                changes.changes() if changes else None,
                input.session,
                _command_id(input.account, input.id),
            )

        done = await info.context.dispatch(CommandKind.RESET, input.account, input, command)
        return payloads.ResetPayload(
            account=_account(done),
            ended_session=None if done.ended_session is None else views.session_record(done.ended_session),
            errors=views.errors(done.answer.refusal),
            replayed=done.answer.replayed,
        )

    @strawberry.mutation(description="Change settings from here on; starting capital takes effect at the next reset.")
    async def update_settings(
        self,
        info: Info,
        input: Annotated[inputs.UpdateSettingsInput, _input("What to change.")],  # noqa: A002
    ) -> payloads.UpdateSettingsPayload:
        """Change settings."""

        def command() -> UpdateSettings:
            return UpdateSettings(input.account, input.settings.changes(), _command_id(input.account, input.id))

        done = await info.context.dispatch(CommandKind.UPDATE_SETTINGS, input.account, input, command)
        return payloads.UpdateSettingsPayload(
            account=_account(done), errors=views.errors(done.answer.refusal), replayed=done.answer.replayed
        )

    @strawberry.mutation(description="Lift a halt; daily loss and drawdown are measured from here on.")
    async def resume(
        self,
        info: Info,
        input: Annotated[inputs.ResumeInput, _input("Which account.")] = inputs.ResumeInput(),  # noqa: A002, B008
    ) -> payloads.ResumePayload:
        """Lift a halt."""

        def command() -> Resume:
            return Resume(input.account, _command_id(input.account, input.id))

        done = await info.context.dispatch(CommandKind.RESUME, input.account, input, command)
        return payloads.ResumePayload(
            account=_account(done), errors=views.errors(done.answer.refusal), replayed=done.answer.replayed
        )

    @strawberry.mutation(description="Send a signal. Sent again with the same id and content, it does nothing new.")
    async def execute_signal(
        self,
        info: Info,
        input: Annotated[inputs.ExecuteSignalInput, _input("The signal.")],  # noqa: A002
    ) -> payloads.ExecuteSignalPayload:
        """Send a signal."""
        signal_id = input.id or uuid4()
        key = signal_key(input.account, signal_id)

        def command() -> ExecuteSignal:
            return ExecuteSignal(input.account, key, signal_id, input.request())

        done = await info.context.dispatch(CommandKind.EXECUTE_SIGNAL, input.account, input, command)
        signal = _signal(done)
        return payloads.ExecuteSignalPayload(
            signal=signal,
            position=None if signal is None else signal.position,
            errors=views.errors(done.answer.refusal),
            replayed=done.answer.replayed,
        )

    @strawberry.mutation(description="Cancel a working signal.")
    async def cancel_signal(
        self,
        info: Info,
        input: Annotated[inputs.CancelSignalInput, _input("Which signal.")],  # noqa: A002
    ) -> payloads.CancelSignalPayload:
        """Cancel a signal."""
        key = signal_key(input.account, input.signal_id)

        def command() -> CancelSignal:
            return CancelSignal(input.account, key, input.signal_id, _command_id(input.account, input.id))

        done = await info.context.dispatch(CommandKind.CANCEL_SIGNAL, input.account, input, command)
        return payloads.CancelSignalPayload(
            signal=_signal(done), errors=views.errors(done.answer.refusal), replayed=done.answer.replayed
        )

    @strawberry.mutation(description="Close a position by hand, at the price you give or the last one, less slippage.")
    async def close_position(
        self,
        info: Info,
        input: Annotated[inputs.ClosePositionInput, _input("Which position.")],  # noqa: A002
    ) -> payloads.ClosePositionPayload:
        """Close a position."""

        def command() -> ClosePosition:
            return inputs.record_of(
                ClosePosition,
                input,
                position_id=_position_key(input.position_id),
                command_id=_command_id(input.account, input.id),
            )

        done = await info.context.dispatch(CommandKind.CLOSE_POSITION, input.account, input, command)
        position = None if done.position is None else views.position(done.position)
        return payloads.ClosePositionPayload(
            position=position,
            trade=None if position is None else position.trade,
            errors=views.errors(done.answer.refusal),
            replayed=done.answer.replayed,
        )

    @strawberry.mutation(description="Apply bars, for all accounts. Sending them again does no harm.")
    async def ingest_bars(
        self,
        info: Info,
        input: Annotated[inputs.IngestBarsInput, _input("The bars.")],  # noqa: A002
    ) -> payloads.IngestBarsPayload:
        """Apply bars."""

        def command() -> Ingest:
            return Ingest(_read(input.bars, inputs.BarInput.bar))

        done = await info.context.dispatch(CommandKind.INGEST_BARS, None, input, command)
        return _ingested(payloads.IngestBarsPayload, done.answer)

    @strawberry.mutation(description="Apply quotes, for all accounts. Sending them again does no harm.")
    async def ingest_quotes(
        self,
        info: Info,
        input: Annotated[inputs.IngestQuotesInput, _input("The quotes.")],  # noqa: A002
    ) -> payloads.IngestQuotesPayload:
        """Apply quotes."""

        def command() -> Ingest:
            return Ingest(_read(input.quotes, inputs.QuoteInput.bar))

        done = await info.context.dispatch(CommandKind.INGEST_QUOTES, None, input, command)
        return _ingested(payloads.IngestQuotesPayload, done.answer)

    @strawberry.mutation(
        description="Take back market data that was wrong, of a symbol from a time on: the desk stands as if it had "
        "never come, and it can be sent again. Refused where anything was decided by it."
    )
    async def retract_market_data(
        self,
        info: Info,
        input: Annotated[inputs.RetractMarketDataInput, _input("Which market data.")],  # noqa: A002
    ) -> payloads.RetractMarketDataPayload:
        """Retract market data."""
        answer = await info.context.retract(input, input.symbol, input.from_)
        retraction = answer.retraction
        return payloads.RetractMarketDataPayload(
            bars=0 if retraction is None else retraction.bars,
            quotes=0 if retraction is None else retraction.quotes,
            errors=views.errors(answer.refusal),
        )

    @strawberry.mutation(description="Keep a backtest's figures, to compare a session with: report(compareTo:).")
    async def record_backtest(
        self,
        info: Info,
        input: Annotated[RecordBacktestInput, _input("The backtest.")],  # noqa: A002
    ) -> payloads.RecordBacktestPayload:
        """Keep a backtest."""
        key, now = uuid4(), info.context.wall()
        done = await info.context.dispatch(CommandKind.RECORD_BACKTEST, None, input, lambda: input.command(key, now))
        return payloads.RecordBacktestPayload(
            backtest=None if done.backtest is None else report_views.backtest(done.backtest),
            errors=views.errors(done.answer.refusal),
        )


def _read(sent: Sequence[Item], read: Callable[[Item], Bar]) -> list[Bar | Invalid]:
    """The market data of a batch; what cannot be read stands as the reason why."""
    return [_read_one(each, read) for each in sent]


def _read_one(sent: Item, read: Callable[[Item], Bar]) -> Bar | Invalid:
    try:
        return read(sent)
    except Invalid as problem:
        return problem


def _ingested(payload: type[Payload], answer: CommandResult) -> Payload:
    found = answer.ingested or Ingested()
    return payload(
        applied=found.applied,
        duplicate=found.duplicate,
        late=found.count(InputOutcome.LATE),
        conflict=found.count(InputOutcome.CONFLICT),
        fills=found.fills,
        rejected=[views.rejected(each) for each in found.rejected],
        errors=views.errors(answer.refusal),
    )


def _command_id(account: str, sent: UUID | None) -> CommandId | None:
    return None if sent is None else CommandId(signal_key(account, sent), sent)


def _position_key(node: str) -> UUID:
    try:
        return parse_uuid_node(node, "Position")
    except BadId:
        return UUID(int=0)


def _account(done: CommandPayload) -> types.Account | None:
    return None if done.account is None else views.account(done.account)


def _signal(done: CommandPayload) -> types.Signal | None:
    return None if done.signal is None else views.signal(done.signal)
