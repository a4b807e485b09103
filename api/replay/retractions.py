"""Retractions made ready: most of history is decided again before the desk is locked, and the rest under the lock."""

import asyncio
from datetime import datetime
from operator import attrgetter

from api.persistence.database import Database
from api.persistence.desk_row import newest
from api.persistence.historical_state import market_at
from api.persistence.history import retraction_count
from api.persistence.plain_transaction import PlainTransaction
from api.persistence.replayed_history import counting_without
from api.persistence.retraction_scope import Retractable, clock_dependences, load_retractable, touched_sessions
from api.replay.retraction_replay import RetractionReplay
from domain.engine.commands import RetractMarketData
from domain.engine.counterfactual import Counterfactual
from domain.market.state import Market
from domain.validation import require_symbol


class PreparedRetraction:
    """A retraction whose replays have come as far as history had when it was asked for."""

    def __init__(self, symbol: str, since: datetime) -> None:
        self._symbol = symbol
        self._since = since
        self._replays: list[RetractionReplay] = []
        self._retractions = 0

    async def prepare(self, database: Database) -> None:
        """Replay what is recorded by now; nothing is locked meanwhile."""
        async with database.snapshot() as snapshot:
            until = await snapshot.ask(newest)
            self._retractions = await snapshot.ask(retraction_count)
            await snapshot.run(self._begin)
        for replay in self._replays:
            while replay.reached < until:
                async with database.snapshot() as snapshot:
                    records = await snapshot.run(replay.read, until)
                await asyncio.to_thread(replay.take, records, until)

    def complete(self, transaction: PlainTransaction, ordinal: int) -> RetractMarketData:
        """The command, by all of history: the desk is locked at its newest ordinal."""
        if transaction.ask(retraction_count) != self._retractions:
            self._replays = []
        retractable = self._begin(transaction)
        for replay in self._replays:
            while replay.reached < ordinal:
                records = replay.read(transaction, ordinal)
                transaction.at_length(lambda: replay.take(records, ordinal))  # noqa: B023 - done at once
        without = self._without(transaction, ordinal, retractable)
        return RetractMarketData(self._symbol, self._since, without)

    def _begin(self, transaction: PlainTransaction) -> Retractable | None:
        """Replay all accounts that may have been touched, those too that were since."""
        retractable = transaction.ask(load_retractable, self._symbol, self._since)
        if retractable is None:
            return None
        sessions = transaction.ask(touched_sessions, self._symbol, retractable.first)
        known = {account for replay in self._replays for account in replay.accounts}
        missing = [session for session in sessions if session.account_id not in known]
        if missing:
            replay = RetractionReplay.begin(transaction, self._symbol, self._since, retractable.first, missing)
            self._replays.append(replay)
        return retractable

    def _without(self, transaction: PlainTransaction, ordinal: int, retractable: Retractable | None) -> Counterfactual:
        if retractable is None:
            return Counterfactual(0, 0, Market(self._symbol))
        curves = [curve for replay in self._replays for curve in replay.curves()]
        dependent = [dependence for replay in self._replays for dependence in replay.dependent]
        dependent += transaction.ask(clock_dependences, self._symbol, self._since, retractable.first)
        counting = counting_without(self._symbol, self._since)
        return Counterfactual(
            retractable.bars,
            retractable.quotes,
            transaction.ask(market_at, self._symbol, ordinal, counting=counting),
            sorted(dependent, key=attrgetter("ordinal")),
            curves,
        )


class Retractions:
    """Makes retractions ready, one at a time."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._turn = asyncio.Lock()

    async def prepared(self, symbol: str, since: datetime) -> PreparedRetraction:
        """A retraction of a symbol's market data from a time on. Raises Invalid and Unavailable."""
        require_symbol(symbol)
        retraction = PreparedRetraction(symbol, since)
        async with self._turn:
            await retraction.prepare(self._database)
        return retraction
