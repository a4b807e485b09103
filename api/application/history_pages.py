"""Lists out of a snapshot, page by page, the newest first unless another order is asked for."""

from bisect import bisect_right
from datetime import datetime
from functools import partial
from uuid import UUID, uuid5

from api.application.holdings import Holdings
from api.application.live_figures import OPEN_POSITIONS
from api.application.pages import Page, PageRequest
from api.codec.cursors import CursorScope, Listing
from api.codec.events import Stream
from api.codec.hooks import AlertDelivery, Hook
from api.codec.ids import hook_id
from api.persistence import backtests, hooks, queries
from api.persistence.event_log import account_event_count, account_event_page, activity_page, amendments_of
from api.persistence.queries import SessionFilter
from api.persistence.reports import session_records
from domain.analytics.comparison import BacktestHead
from domain.engine.events import JournalRecord
from domain.engine.views import AccountView, PositionView, SessionRecord, SignalView
from domain.portfolio.history_filter import HistoryFilter, ListOrder
from domain.portfolio.trade import Trade

_NO_ACCOUNT = UUID(int=0)


def _scope(listing: Listing, chosen: SessionFilter) -> CursorScope:
    """A list in another order is another list."""
    is_usual = chosen.order is ListOrder.NEWEST
    key = chosen.account_id if is_usual else uuid5(chosen.account_id, chosen.order.value)
    return CursorScope(listing, key, chosen.session)


async def _known(number: int) -> int:
    return number


class HistoryPages(Holdings):
    """The lists of a snapshot, each item as it stands."""

    async def accounts(self, request: PageRequest) -> Page[AccountView]:
        """All accounts, the newest first."""
        scope = CursorScope(Listing.ACCOUNTS, _NO_ACCOUNT, 0)
        names = await self._ask(queries.account_names, request.before(scope), request.limit)
        page = names[: request.first]
        views = {account.account.name: account for account in await self._accounts([name for _, name in page])}
        placed = [(place, views[name]) for place, name in page]
        return request.page(scope, placed, len(names), lambda: self._ask(queries.account_count))

    async def amendments(self, key: UUID, stream: Stream, until: int) -> list[JournalRecord]:
        """The amendments of a signal or a position by the desk's id, up to a seq, the oldest first."""
        return await self._ask(amendments_of, key, stream, until)

    async def positions(
        self,
        account: str,
        history_filter: HistoryFilter,
        request: PageRequest,
        order: ListOrder = ListOrder.NEWEST,
    ) -> Page[PositionView] | None:
        """An account's positions; None if there is no such account."""
        is_at_hand = history_filter == OPEN_POSITIONS and order is ListOrder.NEWEST
        if is_at_hand and (held := await self._open_page(account, request)) is not None:
            return held
        chosen = await self._chosen(account, history_filter, order)
        if chosen is None:
            return None
        scope = _scope(Listing.POSITIONS, chosen)
        rows = await self._ask(queries.position_page, chosen, request.before(scope), request.limit)
        page = rows[: request.first]
        views = await self.positions_of(account, [key for _, key in page])
        placed = [(place, views[key]) for place, (_, key) in page]
        return request.page(scope, placed, len(rows), lambda: self._ask(queries.position_count, chosen))

    async def _open_page(self, account: str, request: PageRequest) -> Page[PositionView] | None:
        """A page of all that an account holds, which needs no rows; None where they must be read all the same."""
        placed = await self._held_in_order(account)
        head = await self._account_head(account)
        if placed is None or head is None:
            return None
        scope = CursorScope(Listing.POSITIONS, head.account_id, head.session)
        before = request.before(scope)
        later = 0 if before is None else bisect_right(placed, -before, key=lambda item: -item[0])
        page = placed[later : later + request.first]
        views = await self.positions_of(account, [key for _, key in page])
        shown = [(place, views[key]) for place, (_, key) in page]
        return request.page(scope, shown, len(placed) - later, partial(_known, len(placed)))

    async def trades(
        self,
        account: str,
        history_filter: HistoryFilter,
        request: PageRequest,
        order: ListOrder = ListOrder.NEWEST,
    ) -> Page[Trade] | None:
        """An account's trades; None if there is no such account."""
        chosen = await self._chosen(account, history_filter, order)
        if chosen is None:
            return None
        scope = _scope(Listing.TRADES, chosen)
        rows = await self._ask(queries.trade_page, chosen, request.before(scope), request.limit)
        placed = rows[: request.first]
        return request.page(scope, placed, len(rows), lambda: self._ask(queries.trade_count, chosen))

    async def signals(
        self, account: str, history_filter: HistoryFilter, request: PageRequest
    ) -> Page[SignalView] | None:
        """An account's signals, the newest first; None if there is no such account."""
        chosen = await self._chosen(account, history_filter)
        if chosen is None:
            return None
        scope = CursorScope(Listing.SIGNALS, chosen.account_id, chosen.session)
        rows = await self._ask(queries.signal_page, chosen, request.before(scope), request.limit)
        page = rows[: request.first]
        views = await self._viewed_signals([signal for _, signal in page])
        placed = [(place, view) for (place, _), view in zip(page, views, strict=True)]
        return request.page(scope, placed, len(rows), lambda: self._ask(queries.signal_count, chosen))

    async def sessions(self, account: str, request: PageRequest) -> Page[SessionRecord] | None:
        """An account's sessions with their records, the newest first; None if there is no such account."""
        head = await self._account_head(account)
        if head is None:
            return None
        scope = CursorScope(Listing.SESSIONS, head.account_id, 0)
        rows = await self._ask(session_records, account, None, request.before(scope), request.limit)
        placed = [(row.session.number, row) for row in rows[: request.first]]
        return request.page(scope, placed, len(rows), lambda: self._ask(queries.session_count, head.account_id))

    async def account_events(
        self, account: str, session: int | None, request: PageRequest
    ) -> Page[JournalRecord] | None:
        """What happened to an account itself, or in one session, newest first; None if there is no such account."""
        head = await self._account_head(account)
        if head is None:
            return None
        scope = CursorScope(Listing.ACCOUNT_EVENTS, head.account_id, session or 0)
        rows = await self._ask(account_event_page, head.account_id, session, request.before(scope), request.limit)
        placed = rows[: request.first]
        return request.page(scope, placed, len(rows), lambda: self._ask(account_event_count, head.account_id, session))

    async def activity(self, account: str, request: PageRequest) -> Page[JournalRecord] | None:
        """All that was journaled of an account, newest first; None if there is no such account."""
        head = await self._account_head(account)
        if head is None:
            return None
        scope = CursorScope(Listing.ACTIVITY, head.account_id, 0)
        before = request.before(scope)
        rows = await self._ask(activity_page, head.account_id, min(before or head.seq + 1, head.seq + 1), request.limit)
        return request.page(scope, rows[: request.first], len(rows), partial(_known, head.seq))

    async def backtests(self, request: PageRequest) -> Page[BacktestHead]:
        """The backtests that were kept, the newest first."""
        scope = CursorScope(Listing.BACKTESTS, _NO_ACCOUNT, 0)
        rows = await self._ask(backtests.page, request.before(scope), request.limit)
        return request.page(scope, rows[: request.first], len(rows), lambda: self._ask(backtests.count))

    async def hooks(self) -> list[Hook]:
        """All hooks, the revoked ones too, by name."""
        return await self._ask(hooks.all_hooks)

    async def has_pending_alerts(self) -> bool:
        """Whether an alert that came to a hook is not done yet."""
        return await self._ask(hooks.has_pending)

    async def pending_until(self, delivery: AlertDelivery) -> list[AlertDelivery]:
        """The alerts to its hook that are not done yet, up to one of them, in the order they came."""
        return await self._ask(hooks.pending_until, delivery)

    async def newer_done(self, delivery: AlertDelivery, since: datetime) -> dict[str, datetime]:
        """Of what is newer than an alert by its own time, and was done before it came, the newest by what it means."""
        return await self._ask(hooks.newer_done, delivery, since)

    async def hook_deliveries(self, hook: str, request: PageRequest) -> Page[AlertDelivery] | None:
        """What became of the alerts that came to a hook, the newest first; None if there never was such a hook."""
        if all(known.name != hook for known in await self.hooks()):
            return None
        scope = CursorScope(Listing.HOOK_DELIVERIES, hook_id(hook), 0)
        rows = await self._ask(hooks.delivery_page, hook, request.before(scope), request.limit)
        return request.page(scope, rows[: request.first], len(rows), lambda: self._ask(hooks.delivery_count, hook))

    async def _chosen(
        self, account: str, history_filter: HistoryFilter, order: ListOrder = ListOrder.NEWEST
    ) -> SessionFilter | None:
        head = await self._account_head(account)
        if head is None:
            return None
        session = head.session if history_filter.session is None else history_filter.session
        return SessionFilter(head.account_id, session, history_filter, order)
