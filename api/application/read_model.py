"""The reader: snapshots of the desk, and what is read out of them.

A snapshot is one read transaction: all that is read from it belongs together. Its statements run one after another on
one connection, however many resolvers ask at once.
"""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import datetime
from functools import partial
from typing import TypeVar
from uuid import UUID

from api.application.bars import Bars
from api.application.board import BoardEntry
from api.application.history_pages import HistoryPages
from api.application.notifications.targets import TargetState, target_states
from api.application.pages import Page, PageRequest
from api.application.reports import Reports, SessionReport
from api.authorization.principal import Principal, Scope
from api.errors import ConnectionLost
from api.persistence.database import Database
from api.persistence.live_state import LiveState
from api.persistence.reports import session_records
from domain.analytics.trade_filter import TradeFilter
from domain.engine.views import AccountView, SessionRecord

Result = TypeVar("Result")


class Snapshot(HistoryPages):
    """The desk at one moment: live figures, pages of its history, and its sessions with their reports."""

    async def session(self, account: str, number: int) -> SessionRecord | None:
        """One session of an account."""
        records = await self._ask(session_records, account, number)
        return records[0] if records else None

    async def session_by_id(self, account_id: UUID, number: int) -> SessionRecord | None:
        """One session of the account with an id."""
        view = await self.account_by_id(account_id)
        return None if view is None else await self.session(view.account.name, number)

    async def session_report(
        self,
        record: SessionRecord,
        trade_filter: TradeFilter,
        now: datetime,
        *,
        broken_down: bool,
        backtest: UUID | None,
    ) -> SessionReport:
        """A session's report; `comparison` is None without a backtest of that id."""
        view = await self.reports.report(record, trade_filter, now, broken_down=broken_down)
        comparison = None if backtest is None else await self.reports.comparison(view, backtest)
        best, worst = [
            None if key is None else await self.trade(key) for key in (view.stats.best_trade, view.stats.worst_trade)
        ]
        return SessionReport(view, best, worst, comparison, await self.reports.eligibility(record, now))

    async def board(self, request: PageRequest, *, with_sharpe: bool) -> Page[BoardEntry]:
        """All accounts with what their current sessions came to, the newest account first."""
        page = await self.accounts(request)
        entries = []
        for cursor, view in page.items:
            stats, sharpe = await self.reports.standing(view.account.name, with_sharpe=with_sharpe)
            entries.append((cursor, BoardEntry(view, stats, sharpe)))
        return Page(entries, page.has_next, page.has_previous, page.count)

    async def notifications(self) -> list[TargetState]:
        """Whom the desk tells what, the oldest first."""
        return await target_states(self._ask)

    @property
    def bars(self) -> Bars:
        """Stored bars, and coarser ones, out of this snapshot."""
        return Bars(self._ask)

    @property
    def reports(self) -> Reports:
        """Reports out of this snapshot."""
        return Reports(self._ask)


class Reader:
    """Opens snapshots for those who may read. Whatever it is asked raises Forbidden for others."""

    def __init__(self, database: Database, live: LiveState | None = None) -> None:
        self._database = database
        self._live = live

    @asynccontextmanager
    async def snapshot(self, principal: Principal, *, in_memory: bool = False) -> AsyncIterator[Snapshot]:
        """The desk as it is now, for as long as the context lasts; it ends before anything is streamed.

        Of one that is `in_memory` only accounts and the clock are asked, or what one account holds.
        """
        principal.require(Scope.READ)
        async with AsyncExitStack() as stack:
            begin = partial(stack.enter_async_context, self._database.snapshot())
            snapshot = Snapshot(begin, self._live, in_memory=in_memory)
            try:
                yield snapshot
            finally:
                await snapshot.end()

    async def account(self, principal: Principal, name: str) -> AccountView | None:
        """An account as it stands. Raises Unavailable."""
        async with self.snapshot(principal, in_memory=True) as snapshot:
            return await snapshot.account(name)

    async def ask(
        self, principal: Principal, question: Callable[[Snapshot], Awaitable[Result]], *, in_memory: bool = False
    ) -> Result:
        """What a snapshot of its own says; if its connection breaks, another is asked. Raises Unavailable."""
        try:
            return await self._asked_once(principal, question, in_memory)
        except ConnectionLost:
            return await self._asked_once(principal, question, in_memory)

    async def _asked_once(
        self, principal: Principal, question: Callable[[Snapshot], Awaitable[Result]], in_memory: bool
    ) -> Result:
        async with self.snapshot(principal, in_memory=in_memory) as snapshot:
            return await question(snapshot)

    async def snapshot_in(self, principal: Principal, stack: AsyncExitStack, *, in_memory: bool) -> Snapshot:
        """The desk as it is now, until the stack is closed."""
        return await stack.enter_async_context(self.snapshot(principal, in_memory=in_memory))
