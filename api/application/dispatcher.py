"""The one door for commands, whichever way they come: decoded, authorized, dispatched to the writer, answered."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import TypeVar

from api.application.command_payload import CommandPayload
from api.application.deferred_command import DeferredCommand
from api.application.read_model import Reader
from api.application.worker_thread import in_worker_thread
from api.application.writer import Writer
from api.authorization.principal import Principal, Scope
from api.codec.commands import CommandKind
from domain.engine.commands import AccountCommand, Command
from domain.engine.results import CommandResult
from domain.records import dataclass
from domain.refusals import Refusal, invalid
from domain.validation import Invalid

Decoded = TypeVar("Decoded")


@dataclass(frozen=True, slots=True)
class Submission:
    """A command as it came in.

    `decode` makes the command and its input as JSON, which is journaled, or raises Invalid; if `is_large`, it takes
    long.
    """

    kind: CommandKind
    account: str | None
    decode: Callable[[], tuple[Command, str]]
    is_large: bool = False


@dataclass(frozen=True, slots=True)
class Dispatcher:
    """Takes commands for a desk. `prepare_retraction` may raise Invalid and Unavailable."""

    writer: Writer
    reader: Reader
    prepare_retraction: Callable[[str, datetime], Awaitable[DeferredCommand]]

    async def dispatch(self, principal: Principal, submission: Submission) -> CommandPayload:
        """What a command came to; input that means no command is refused. Raises Forbidden and Unavailable."""
        principal.require(Scope.COMMAND)
        decode = submission.decode
        read = await in_worker_thread(decoded, decode) if submission.is_large else decoded(decode)
        if isinstance(read, Refusal):
            return await self._refused(principal, read, submission.account)
        command, sent = read
        return await self.writer.execute(command, account=submission.account, kind=submission.kind, sent=sent)

    async def dispatch_together(
        self, principal: Principal, given: Sequence[tuple[CommandKind, Callable[[], tuple[AccountCommand, str]]]]
    ) -> list[CommandPayload]:
        """What commands came to that are decided one after another and recorded as one, each as if it had come alone.

        Each has a kind, and what is as the `decode` of a Submission. Raises Forbidden and Unavailable.
        """
        principal.require(Scope.COMMAND)
        read = await in_worker_thread(lambda: [decoded(decode) for _, decode in given])
        commands = [(kind, *item) for (kind, _), item in zip(given, read, strict=True) if not isinstance(item, Refusal)]
        payloads = iter(await self.writer.execute_together(commands) if commands else ())
        return [
            CommandPayload(CommandResult(refusal=item)) if isinstance(item, Refusal) else next(payloads)
            for item in read
        ]

    async def retract(self, principal: Principal, symbol: str, since: datetime, sent: str) -> CommandPayload:
        """What the retraction of a symbol's market data from a time on came to. Raises Forbidden and Unavailable."""
        principal.require(Scope.COMMAND)
        try:
            retraction = await self.prepare_retraction(symbol, since)
        except Invalid as problem:
            return CommandPayload(CommandResult(refusal=invalid(problem)))
        return await self.writer.execute(retraction, account=None, kind=CommandKind.RETRACT_MARKET_DATA, sent=sent)

    async def _refused(self, principal: Principal, refusal: Refusal, account: str | None) -> CommandPayload:
        """The refusal, and to who may read, the account as it stands beside it."""
        if account is None or not principal.may(Scope.READ):
            return CommandPayload(CommandResult(refusal=refusal))
        view = await self.reader.account(principal, account)
        return CommandPayload(CommandResult(refusal=refusal), account=view)


def decoded(decode: Callable[[], Decoded]) -> Decoded | Refusal:
    """What was sent, or the refusal of what means nothing."""
    try:
        return decode()
    except Invalid as problem:
        return invalid(problem)
