"""Mutations: an input becomes a command; what the payload shows is read after it is durable."""

from collections.abc import Callable, Sequence
from typing import Annotated, TypeVar
from uuid import UUID, uuid4

import strawberry

from api.graphql import inputs, payloads, report_views, types, views
from api.graphql.backtest_inputs import RecordBacktestInput
from api.graphql.context import Info, Services
from api.ids import BadId, account_id, parse_uuid_node, signal_key
from domain.answers import Answer, Ingested, InputOutcome
from domain.commands import (
    CancelSignal,
    ClosePosition,
    Disable,
    Enable,
    ExecuteSignal,
    Ingest,
    Reset,
    Resume,
    UpdateSettings,
)
from domain.market import Bar
from domain.validation import Invalid, require

_LARGEST_BATCH = 5_000

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

        answer = await info.context.carry_out("enable", input.account, input, command)
        return payloads.EnablePayload(
            account=await _account(info.context, input.account), errors=views.errors(answer.refusal)
        )

    @strawberry.mutation(description="Cancel what works, close everything at the last prices, refuse new signals.")
    async def disable(
        self,
        info: Info,
        input: Annotated[inputs.DisableInput, _input("Which account.")] = inputs.DisableInput(),  # noqa: A002, B008
    ) -> payloads.DisablePayload:
        """Disable an account."""
        answer = await info.context.carry_out("disable", input.account, input, lambda: Disable(input.account))
        return payloads.DisablePayload(
            account=await _account(info.context, input.account),
            closed_trades=[views.trade(each) for each in answer.trades],
            errors=views.errors(answer.refusal),
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
            return Reset(input.account, changes.changes() if changes else None, input.session)

        answer = await info.context.carry_out("reset", input.account, input, command)
        return payloads.ResetPayload(
            account=await _account(info.context, input.account),
            ended_session=await _session(info.context, input.account, answer.ended_session),
            errors=views.errors(answer.refusal),
        )

    @strawberry.mutation(description="Change settings from here on; starting capital takes effect at the next reset.")
    async def update_settings(
        self,
        info: Info,
        input: Annotated[inputs.UpdateSettingsInput, _input("What to change.")],  # noqa: A002
    ) -> payloads.UpdateSettingsPayload:
        """Change settings."""

        def command() -> UpdateSettings:
            return UpdateSettings(input.account, input.settings.changes())

        answer = await info.context.carry_out("updateSettings", input.account, input, command)
        return payloads.UpdateSettingsPayload(
            account=await _account(info.context, input.account), errors=views.errors(answer.refusal)
        )

    @strawberry.mutation(description="Lift a halt; daily loss and drawdown are measured from here on.")
    async def resume(
        self,
        info: Info,
        input: Annotated[inputs.ResumeInput, _input("Which account.")] = inputs.ResumeInput(),  # noqa: A002, B008
    ) -> payloads.ResumePayload:
        """Lift a halt."""
        answer = await info.context.carry_out("resume", input.account, input, lambda: Resume(input.account))
        return payloads.ResumePayload(
            account=await _account(info.context, input.account), errors=views.errors(answer.refusal)
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

        answer = await info.context.carry_out("executeSignal", input.account, input, command)
        signal = await _signal(info.context, key) if answer.signal is not None else None
        return payloads.ExecuteSignalPayload(
            signal=signal,
            position=None if signal is None else signal.position,
            errors=views.errors(answer.refusal),
            replayed=answer.replayed,
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
            return CancelSignal(input.account, key, input.signal_id)

        answer = await info.context.carry_out("cancelSignal", input.account, input, command)
        return payloads.CancelSignalPayload(
            signal=await _signal(info.context, key), errors=views.errors(answer.refusal)
        )

    @strawberry.mutation(description="Close a position by hand, at the price you give or the last one, less slippage.")
    async def close_position(
        self,
        info: Info,
        input: Annotated[inputs.ClosePositionInput, _input("Which position.")],  # noqa: A002
    ) -> payloads.ClosePositionPayload:
        """Close a position."""

        def command() -> ClosePosition:
            return inputs.record_of(ClosePosition, input, position_id=_position_key(input.position_id))

        answer = await info.context.carry_out("closePosition", input.account, input, command)
        position = None
        if answer.refusal is None:
            position = await _position(info.context, _position_key(input.position_id))
        return payloads.ClosePositionPayload(
            position=position,
            trade=None if position is None else position.trade,
            errors=views.errors(answer.refusal),
        )

    @strawberry.mutation(description="Apply bars, for all accounts. Sending them again does no harm.")
    async def ingest_bars(
        self,
        info: Info,
        input: Annotated[inputs.IngestBarsInput, _input("The bars.")],  # noqa: A002
    ) -> payloads.IngestBarsPayload:
        """Apply bars."""

        def command() -> Ingest:
            return Ingest(_read("bars", input.bars, inputs.BarInput.bar))

        answer = await info.context.carry_out("ingestBars", None, input, command)
        return _ingested(payloads.IngestBarsPayload, answer)

    @strawberry.mutation(description="Apply quotes, for all accounts. Sending them again does no harm.")
    async def ingest_quotes(
        self,
        info: Info,
        input: Annotated[inputs.IngestQuotesInput, _input("The quotes.")],  # noqa: A002
    ) -> payloads.IngestQuotesPayload:
        """Apply quotes."""

        def command() -> Ingest:
            return Ingest(_read("quotes", input.quotes, inputs.QuoteInput.bar))

        answer = await info.context.carry_out("ingestQuotes", None, input, command)
        return _ingested(payloads.IngestQuotesPayload, answer)

    @strawberry.mutation(description="Keep a backtest's figures, to compare a session with: report(compareTo:).")
    async def record_backtest(
        self,
        info: Info,
        input: Annotated[RecordBacktestInput, _input("The backtest.")],  # noqa: A002
    ) -> payloads.RecordBacktestPayload:
        """Keep a backtest."""
        key, now = uuid4(), info.context.wall()
        answer = await info.context.carry_out("recordBacktest", None, input, lambda: input.command(key, now))
        kept = None
        if answer.refusal is None:
            async with info.context.reader.snapshot() as snapshot:
                kept = await snapshot.reports.backtest(key)
        return payloads.RecordBacktestPayload(
            backtest=None if kept is None else report_views.backtest(kept), errors=views.errors(answer.refusal)
        )


def _read(name: str, sent: Sequence[Item], read: Callable[[Item], Bar]) -> list[Bar | Invalid]:
    """The market data of a batch; what cannot be read stands as the reason why. Raises Invalid for the batch."""
    require(len(sent) <= _LARGEST_BATCH, f"send at most {_LARGEST_BATCH} {name} at once, not {len(sent)}", name)
    return [_read_one(each, read) for each in sent]


def _read_one(sent: Item, read: Callable[[Item], Bar]) -> Bar | Invalid:
    try:
        return read(sent)
    except Invalid as problem:
        return problem


def _ingested(payload: type[Payload], answer: Answer) -> Payload:
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


def _position_key(node: str) -> UUID:
    try:
        return parse_uuid_node(node, "Position")
    except BadId:
        return UUID(int=0)


async def _account(services: Services, name: str) -> types.Account | None:
    async with services.reader.snapshot() as snapshot:
        view = await snapshot.account(name)
    return None if view is None else views.account(view)


async def _session(services: Services, account: str, number: int | None) -> types.Session | None:
    if number is None:
        return None
    async with services.reader.snapshot() as snapshot:
        found = await snapshot.session(account, number)
    return None if found is None else views.session_record(found)


async def _signal(services: Services, key: UUID) -> types.Signal | None:
    async with services.reader.snapshot() as snapshot:
        view = await snapshot.signal(key)
    return None if view is None else views.signal(view)


async def _position(services: Services, key: UUID) -> types.Position | None:
    async with services.reader.snapshot() as snapshot:
        view = await snapshot.position(key)
    return None if view is None else views.position(view)
