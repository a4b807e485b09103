"""Commands that wait for their turn, what was decided of them, and how whoever sent them is answered."""

import asyncio
from collections.abc import Sequence
from datetime import datetime

from api.application.command_payload import CommandPayload
from api.application.decision_log import log_decision
from api.application.deferred_command import DeferredCommand
from api.codec.commands import CommandEnvelope
from domain.engine.commands import Command, Ingest, RecordBacktest
from domain.engine.results import Decision
from domain.records import dataclass


@dataclass(frozen=True, slots=True)
class PendingCommand:
    """A command that waits for its turn, as it came and as it was read."""

    envelope: CommandEnvelope
    command: Command | DeferredCommand

    @property
    def load(self) -> int:
        """How much work it is: its market data, its trades and points, or one."""
        match self.command:
            case Ingest(updates):
                return len(updates)
            case RecordBacktest(backtest):
                return 1 + len(backtest.trades) + len(backtest.curve)
            case _:
                return 1

    @property
    def stands_alone(self) -> bool:
        """Whether all that came before it must be recorded first."""
        return not isinstance(self.command, Command)


@dataclass(frozen=True, slots=True)
class PendingRequest:
    """Commands that came together: decided one after another, in one transaction, all of them or none.

    It stands alone if one of its commands does.
    """

    commands: Sequence[PendingCommand]
    result: "asyncio.Future[Sequence[CommandPayload]]"
    load: int
    stands_alone: bool


@dataclass(frozen=True, slots=True)
class DecidedCommand:
    """A decision, the clock by which it was made, and what its payload shows."""

    decision: Decision
    clock: datetime
    payload: CommandPayload


DecidedRequest = Sequence[DecidedCommand]
"""What came of each command of a request."""


def answer(group: Sequence[PendingRequest], results: Sequence[DecidedRequest | Exception]) -> None:
    """Log what was decided of a group that is durable, and answer all who still wait."""
    for request, result in zip(group, results, strict=True):
        if not isinstance(result, Exception):
            for pending, decided in zip(request.commands, result, strict=True):
                log_decision(pending.envelope.account, pending.envelope.kind.value, decided.decision)
        if request.result.done():
            continue
        if isinstance(result, Exception):
            request.result.set_exception(result)
        else:
            request.result.set_result([decided.payload for decided in result])


def answer_all_with(group: Sequence[PendingRequest], problem: Exception) -> None:
    """Answer all who still wait with the same problem."""
    answer(group, [problem] * len(group))
