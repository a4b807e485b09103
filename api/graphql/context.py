"""What resolvers work with: the desk's services, who asks, and the snapshot of the operation at hand."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence
from contextlib import AsyncExitStack
from contextvars import ContextVar
from functools import partial
from typing import Any, TypeVar

import strawberry
from graphql import FieldNode, OperationType
from strawberry import UNSET
from strawberry.types.nodes import SelectedField, Selection

from api.application.command_payload import CommandPayload
from api.application.dispatcher import Submission
from api.application.read_model import Reader, Snapshot
from api.application.services import Services
from api.authorization.principal import Principal
from api.codec.commands import CommandKind
from api.codec.events import Stream
from api.codec.json_codec import input_json
from api.graphql.execution.variables import has_long_list
from api.graphql.live_events import LiveEvents
from api.streams.events import StreamEvent
from api.streams.following import Following
from domain.engine.commands import AccountCommand, Command
from domain.records import dataclass

Result = TypeVar("Result")
Shown = TypeVar("Shown")


@dataclass(frozen=True, slots=True)
class Context:
    """The desk's services, and who asks."""

    services: Services
    principal: Principal

    def dispatch(
        self, kind: CommandKind, account: str | None, sent: object, command: Callable[[], Command]
    ) -> Awaitable[CommandPayload]:
        """What the command of an input came to. `command` may raise Invalid. Raises Forbidden and Unavailable."""
        submission = Submission(kind, account, lambda: (command(), input_json(sent, UNSET)), has_long_list(vars(sent)))
        return self.services.dispatcher.dispatch(self.principal, submission)

    async def dispatch_together(
        self, kind: CommandKind, given: Sequence[tuple[object, Callable[[], AccountCommand]]]
    ) -> list[CommandPayload]:
        """What the commands of inputs came to, recorded as one. As `dispatch`, for each."""

        def decode(sent: object, command: Callable[[], AccountCommand]) -> tuple[AccountCommand, str]:
            return command(), input_json(sent, UNSET)

        decodes = [(kind, partial(decode, sent, command)) for sent, command in given]
        return await self.services.dispatcher.dispatch_together(self.principal, decodes)

    def follow(
        self,
        account: str,
        after: str | None,
        stream: Stream,
        show: Callable[[StreamEvent, Any], Shown],
        symbols: list[str] | None = None,
    ) -> LiveEvents[Shown]:
        """The events of an account, as `show` makes them; what goes wrong ends the stream with a code."""
        wanted = None if symbols is None else frozenset(symbols)

        async def begin() -> Following:
            streams = self.services.streams
            account_id, seq = await streams.begin(self.principal, account, after)
            return streams.follow(account_id, seq, stream, wanted)

        return LiveEvents(begin, show)


Info = strawberry.Info[Context, None]

_FIELDS_IN_MEMORY = frozenset(("__typename", "account", "clock"))


class OneSnapshot:
    """Surrounds an operation: all that it reads, it reads from one snapshot, opened when it is first asked for.

    What keeps it is made no sooner either: most operations change something and read nothing.
    """

    __slots__ = ("_has_ended", "_keeping", "_snapshot", "_token")

    def __init__(self) -> None:
        self._keeping: tuple[asyncio.Lock, AsyncExitStack] | None = None
        self._snapshot: Snapshot | None = None
        self._has_ended = False

    async def __aenter__(self) -> None:
        self._token = _current.set(self)

    async def __aexit__(self, *_: object) -> None:
        _current.reset(self._token)
        self._has_ended = True
        if self._keeping is not None:
            opening, stack = self._keeping
            async with opening:
                await stack.aclose()

    async def of(self, reader: Reader, principal: Principal, *, in_memory: bool) -> Snapshot:
        """The snapshot. Raises Forbidden and Unavailable."""
        if self._keeping is None:
            self._keeping = asyncio.Lock(), AsyncExitStack()
        opening, stack = self._keeping
        async with opening:
            if self._has_ended:  # a field whose operation was answered already with the mistake of another
                raise asyncio.CancelledError
            if self._snapshot is None:
                self._snapshot = await reader.snapshot_in(principal, stack, in_memory=in_memory)
            return self._snapshot


_current: ContextVar[OneSnapshot] = ContextVar("operation snapshot")


def has_snapshot() -> bool:
    """Whether the operation at hand reads from a snapshot: events of a subscription do not."""
    return _current.get(None) is not None


async def snapshot_of(info: Info, *, in_memory: bool = False) -> Snapshot:
    """The snapshot of the operation at hand. Raises Forbidden and Unavailable.

    The field at hand may be answered `in_memory` if it is the only one.
    """
    in_memory = _is_in_memory(info) or (in_memory and _is_only_field(info))
    return await _current.get().of(info.context.services.reader, info.context.principal, in_memory=in_memory)


def _is_only_field(info: Info) -> bool:
    fields = info.operation.selection_set.selections
    return len(fields) == 1 and isinstance(fields[0], FieldNode)


def _is_in_memory(info: Info) -> bool:
    """Whether the operation at hand asks for accounts as they stand, and for nothing else."""
    fields = info.operation.selection_set.selections
    return all(isinstance(field, FieldNode) and field.name.value in _FIELDS_IN_MEMORY for field in fields)


async def asked(info: Info, question: Callable[[Snapshot], Awaitable[Result]]) -> Result:
    """What the operation's snapshot says; where there is none, and under a mutation, where each payload is of its own
    moment, the latest one. Raises Forbidden and Unavailable.
    """
    if info.operation.operation is OperationType.MUTATION or not has_snapshot():
        return await info.context.services.reader.ask(info.context.principal, question)
    return await question(await snapshot_of(info))


def asks_for(info: Info, name: str, *, at_any_depth: bool = False) -> bool:
    """Whether a field of the field at hand is asked for, directly or through a fragment, or under its own fields."""

    def is_among(selections: Iterable[Selection]) -> bool:
        return any(is_it(selection) for selection in selections)

    def is_it(selection: Selection) -> bool:
        if not isinstance(selection, SelectedField):
            return is_among(selection.selections)
        return selection.name == name or (at_any_depth and is_among(selection.selections))

    return any(is_among(selected_field.selections) for selected_field in info.selected_fields)
