"""What the mutations of signals answer."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Self

import strawberry

from api.application.command_payload import CommandPayload
from api.graphql.positions.types import Position
from api.graphql.positions.views import position as position_view
from api.graphql.signals import views
from api.graphql.signals.types import Signal
from api.graphql.trades.types import Trade
from api.graphql.user_errors import UserError, errors_field, replayed_field, user_error, user_errors
from domain.refusals import Refusal


def _signal(payload: CommandPayload) -> Signal | None:
    return None if payload.signal is None else views.signal(payload.signal)


@strawberry.type(description="The answer to executeSignal.")
class ExecuteSignalPayload:
    signal: Signal | None = strawberry.field(
        description="The signal as it stands now; null only where nothing could be stored."
    )
    position: Position | None = strawberry.field(
        description="What it opened, as it stands now; null when rejected or working."
    )
    errors: list[UserError] = errors_field()
    replayed: bool = replayed_field()

    @classmethod
    def of(cls, payload: CommandPayload) -> Self:
        """What a command came to."""
        signal = _signal(payload)
        return cls(
            signal=signal,
            position=None if signal is None else signal.position,
            errors=user_errors(payload.result.refusal),
            replayed=payload.result.replayed,
        )


@strawberry.type(description="The answer to executeSignals.")
class ExecuteSignalsPayload:
    results: list[ExecuteSignalPayload] = strawberry.field(
        description="What became of each signal, in their order; none if errors say that nothing was done."
    )
    errors: list[UserError] = errors_field()

    @classmethod
    def of(cls, payloads: Sequence[CommandPayload]) -> Self:
        """What commands came to."""
        return cls(results=[ExecuteSignalPayload.of(payload) for payload in payloads], errors=[])

    @classmethod
    def refused(cls, refusal: Refusal) -> Self:
        """Nothing was done."""
        return cls(results=[], errors=[user_error(refusal)])


@strawberry.type(description="The answer to cancelSignal.")
class CancelSignalPayload:
    signal: Signal | None = strawberry.field(description="The signal as it stands now.")
    errors: list[UserError] = errors_field()
    replayed: bool = replayed_field()

    @classmethod
    def of(cls, payload: CommandPayload) -> Self:
        """What a command came to."""
        result = payload.result
        return cls(signal=_signal(payload), errors=user_errors(result.refusal), replayed=result.replayed)


@strawberry.type(description="The answer to amendSignal.")
class AmendSignalPayload:
    signal: Signal | None = strawberry.field(description="The signal as it stands now, also where it is refused.")
    errors: list[UserError] = errors_field()
    replayed: bool = replayed_field()

    @classmethod
    def of(cls, payload: CommandPayload) -> Self:
        """What a command came to."""
        result = payload.result
        return cls(signal=_signal(payload), errors=user_errors(result.refusal), replayed=result.replayed)


@strawberry.type(description="The answer to reversePosition.")
class ReversePositionPayload:
    trade: Trade | None = strawberry.field(description="The round trip that ended; null if the signal was refused.")
    signal: Signal | None = strawberry.field(description="The signal as it stands now.")
    position: Position | None = strawberry.field(description="What it opened, as it stands now.")
    errors: list[UserError] = errors_field()
    replayed: bool = replayed_field()

    @classmethod
    def of(cls, payload: CommandPayload) -> Self:
        """What a command came to. A refused signal blames its own fields, unless it is the position that is wrong."""
        signal, refusal, closed = _signal(payload), payload.result.refusal, payload.position
        is_of_signal = refusal is not None and refusal.field not in (None, "position_id", "signal_id")
        if signal is not None and refusal is not None and is_of_signal:
            refusal = replace(refusal, field=f"signal.{refusal.field}")
        return cls(
            trade=None if closed is None else position_view(closed).trade,
            signal=signal,
            position=None if signal is None else signal.position,
            errors=user_errors(refusal),
            replayed=payload.result.replayed,
        )
