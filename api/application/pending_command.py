"""A command that waits for its turn, what was decided of it, and how whoever sent it is answered."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from api.application.command_payload import CommandPayload
from api.application.decision_log import log_decision
from api.application.deferred_command import DeferredCommand
from api.codec.commands import CommandEnvelope
from domain.engine.commands import Command, Ingest, RecordBacktest
from domain.engine.results import Decision


@dataclass(frozen=True, slots=True)
class PendingCommand:
    """A command that waits for its turn, as it came and as it was read."""

    envelope: CommandEnvelope
    command: Command | DeferredCommand
    result: "asyncio.Future[CommandPayload]"

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
        return isinstance(self.command, DeferredCommand)


@dataclass(frozen=True, slots=True)
class DecidedCommand:
    """A decision, and what its payload shows."""

    decision: Decision
    payload: CommandPayload


def answer(group: Sequence[PendingCommand], results: Sequence[DecidedCommand | Exception]) -> None:
    """Log what was decided of a group that is durable, and answer all who still wait."""
    for pending, result in zip(group, results, strict=True):
        if isinstance(result, DecidedCommand):
            log_decision(pending.envelope.account, pending.envelope.kind.value, result.decision)
        if pending.result.done():
            continue
        if isinstance(result, DecidedCommand):
            pending.result.set_result(result.payload)
        else:
            pending.result.set_exception(result)


def answer_all_with(group: Sequence[PendingCommand], problem: Exception) -> None:
    """Answer all who still wait with the same problem."""
    answer(group, [problem] * len(group))
