"""Questions to one read transaction, begun with the first of them: they are answered one after another."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, TypeVar

from api.errors import PapertapeError
from api.persistence.database import Transaction

Result = TypeVar("Result")


class Questions:
    """Puts questions to a transaction in turn, however many ask at once.

    `begin` begins it, once: where that fails, all who ask are told so.
    """

    def __init__(self, begin: Callable[[], Awaitable[Transaction]]) -> None:
        self._begin = begin
        self._transaction: Transaction | None = None
        self._failure: PapertapeError | None = None
        self._turn = asyncio.Lock()
        self._has_ended = False

    async def end(self) -> None:
        """Waits for the question under way; those that wait behind it are not asked any more."""
        self._has_ended = True
        async with self._turn:
            pass

    async def _ask(self, question: Callable[..., Result], *details: Any) -> Result:
        # Shielded, for a statement that is cut off costs the connection, and with it all who read the same snapshot.
        return await asyncio.shield(self._answered(question, details))

    async def _answered(self, question: Callable[..., Result], details: Sequence[Any]) -> Result:
        async with self._turn:
            if self._has_ended:
                raise asyncio.CancelledError
            transaction = self._transaction or await self._begun()
            return await transaction.ask(question, *details)

    async def _begun(self) -> Transaction:
        if self._failure is not None:
            raise self._failure
        try:
            self._transaction = await self._begin()
        except PapertapeError as failure:
            self._failure = failure
            raise
        return self._transaction
