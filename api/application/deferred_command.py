"""Commands that are completed once the desk is locked."""

from collections.abc import Awaitable, Callable
from typing import Protocol, TypeVar, runtime_checkable

from api.persistence.database import Transaction
from domain.engine.commands import Command

Result = TypeVar("Result")

InOwnThread = Callable[[Callable[[], Result]], Awaitable[Result]]
"""Does in a thread of its own what takes long, while others are served and the session is not idle."""


@runtime_checkable
class DeferredCommand(Protocol):
    """A command that needs more of the past than the desk knows."""

    async def complete(self, transaction: Transaction, ordinal: int, in_own_thread: InOwnThread[None]) -> Command:
        """The command, by all that is recorded up to the newest ordinal."""
