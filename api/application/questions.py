"""Questions to one read transaction, however many ask at once: they are answered one after another."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Protocol, TypeVar

from api.persistence.database import Transaction

Result = TypeVar("Result")


class Ask(Protocol):
    """Puts a question to the connection of a snapshot; the answer is of one moment with every other one of it."""

    async def __call__(self, question: Callable[..., Awaitable[Result]], *details: Any) -> Result:
        """What the question returns, given a connection and the details."""


class Questions:
    """Puts questions to a transaction in turn."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction
        self._turn = asyncio.Lock()
        self._has_ended = False

    async def end(self) -> None:
        """Waits for the question under way; those that wait behind it are not asked any more."""
        self._has_ended = True
        async with self._turn:
            pass

    async def _ask(self, question: Callable[..., Awaitable[Result]], *details: Any) -> Result:
        # Shielded, for a statement that is cut off costs the connection, and with it all who read the same snapshot.
        return await asyncio.shield(self._answered(question, details))

    async def _answered(self, question: Callable[..., Awaitable[Result]], details: Sequence[Any]) -> Result:
        async with self._turn:
            if self._has_ended:
                raise asyncio.CancelledError
            return await self._transaction.ask(question, *details)
