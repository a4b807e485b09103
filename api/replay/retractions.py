"""Retractions made ready: most of history is decided again before the desk is locked, and the rest under the lock."""

import asyncio
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Table, not_
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from api.persistence import tables
from api.persistence.beginnings import Condition, market_at
from api.persistence.completion import Aside
from api.persistence.database_errors import reading
from api.persistence.history import retraction_count
from api.persistence.repositories import newest
from api.persistence.retractable import Retractable, clock_dependences, load_retractable, touched_sessions
from api.persistence.retracting import from_then_on
from api.replay.retraction_replay import RetractionReplay
from domain.engine.commands import Counterfactual, Dependence, RetractMarketData
from domain.market.state import Market
from domain.validation import require_symbol


class PreparedRetraction:
    """A retraction whose replays have come as far as history had when it was asked for."""

    def __init__(self, symbol: str, since: datetime) -> None:
        self._symbol = symbol
        self._since = since
        self._replays: list[RetractionReplay] = []
        self._retractions = 0

    async def prepare(self, engine: AsyncEngine) -> None:
        """Replay what is recorded by now; nothing is locked meanwhile."""
        async with reading(engine) as connection:
            until = await newest(connection)
            self._retractions = await retraction_count(connection)
            await self._begin(connection)
        for replay in self._replays:
            while replay.reached < until:
                async with reading(engine) as connection:
                    found = await replay.read(connection, until)
                await asyncio.to_thread(replay.take, found, until)

    async def complete(self, connection: AsyncConnection, ordinal: int, aside: Aside[None]) -> RetractMarketData:
        """The command, by all of history: the desk is locked at its newest ordinal."""
        if await retraction_count(connection) != self._retractions:
            self._replays = []
        retractable = await self._begin(connection)
        for replay in self._replays:
            while replay.reached < ordinal:
                found = await replay.read(connection, ordinal)
                await aside(lambda: replay.take(found, ordinal))  # noqa: B023 - awaited at once
        without = await self._without(connection, ordinal, retractable)
        return RetractMarketData(self._symbol, self._since, without)

    async def _begin(self, connection: AsyncConnection) -> Retractable | None:
        """Replay all who may have been touched, those too who have come since."""
        found = await load_retractable(connection, self._symbol, self._since)
        sessions = [] if found is None else await touched_sessions(connection, self._symbol, found.first)
        known = {account for replay in self._replays for account in replay.accounts}
        missing = [session for session in sessions if session.row.account_id not in known]
        if found is not None and missing:
            replay = await RetractionReplay.begin(connection, self._symbol, self._since, found.first, missing)
            self._replays.append(replay)
        return found

    async def _without(self, connection: AsyncConnection, ordinal: int, found: Retractable | None) -> Counterfactual:
        if found is None:
            return Counterfactual(0, 0, Market(self._symbol))
        curves = [curve for replay in self._replays for curve in replay.curves()]
        dependent = [each for replay in self._replays for each in replay.dependent]
        dependent += await clock_dependences(connection, self._symbol, self._since, found.first)
        return Counterfactual(
            found.bars,
            found.quotes,
            await market_at(connection, self._symbol, ordinal, counting=self._counting),
            sorted(dependent, key=_place),
            curves,
        )

    def _counting(self, table: Table) -> Sequence[Condition]:
        return [tables.IS_NOT_RETRACTED, not_(from_then_on(table, self._symbol, self._since))]


def _place(dependence: Dependence) -> int:
    return dependence.ordinal


class Retractions:
    """Makes retractions ready, one at a time."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        self._turn = asyncio.Lock()

    async def prepared(self, symbol: str, since: datetime) -> PreparedRetraction:
        """A retraction of a symbol's market data from a time on. Raises Invalid and Unavailable."""
        require_symbol(symbol)
        retraction = PreparedRetraction(symbol, since)
        async with self._turn:
            await retraction.prepare(self._engine)
        return retraction
