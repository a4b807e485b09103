"""Pages of bars out of a snapshot: as they were stored, or coarser ones made of them."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any
from uuid import UUID, uuid5
from zoneinfo import ZoneInfo

from api.application.pages import Page, PageRequest
from api.codec.cursors import CursorScope, Listing
from api.persistence.stored_bars import BarRange, bar_count, has_bars, newest_bars, newest_starts
from api.zones import require_timezone
from domain.market.candle import Candle, Interval, candles, interval_named, span_at, stored
from domain.notation import FIRST_YEAR, LAST_YEAR
from domain.validation import is_symbol

_NAMESPACE = UUID("3b0a4a86-0a0c-5d5e-9a3f-6f1f3f4d9b52")
_EPOCH = datetime(FIRST_YEAR - 1, 1, 1, tzinfo=UTC)
_END = datetime(LAST_YEAR, 12, 31, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_AT_ONCE = 2_000
_STARTS_AT_ONCE = 10_000
_MOST_READ = 20_000
"""How many stored bars a page is made of at most, once it holds one bar."""


@dataclass(frozen=True, slots=True)
class BarQuery:
    """Which bars of a symbol: from a time on and before another; without an interval as they are stored."""

    symbol: str
    since: datetime | None
    until: datetime | None
    interval: Interval | None
    timezone: str
    zone: tzinfo

    @classmethod
    def of(
        cls, symbol: str, since: datetime | None, until: datetime | None, interval: str | None, timezone: str
    ) -> "BarQuery":
        """A query by what a client sends. Raises Invalid."""
        require_timezone(timezone)
        chosen = None if interval is None else interval_named(interval)
        return cls(symbol, since, until, chosen, timezone, ZoneInfo(timezone))

    @property
    def scope(self) -> CursorScope:
        """The list that its pages are of."""
        interval = "" if self.interval is None else self.interval.value
        return CursorScope(Listing.BARS, uuid5(_NAMESPACE, f"{interval} {self.timezone} {self.symbol}"), 0)

    @property
    def range(self) -> BarRange:
        """The stored bars that it takes: of coarser ones those of which all lies within."""
        since = None if self.since is None or self.since <= _EPOCH else self.since
        until = None if self.until is None or self.until >= _END else self.until
        if self.interval is not None:
            since = None if since is None else self._next_start(self.interval, since)
            until = until if until is None or until <= _EPOCH else self._end_before(self.interval, until)
        return BarRange(self.symbol, since, until)

    def _next_start(self, interval: Interval, moment: datetime) -> datetime:
        span = span_at(interval, self.zone, moment)
        return span.start if span.start == moment else span.end

    def _end_before(self, interval: Interval, moment: datetime) -> datetime:
        return span_at(interval, self.zone, moment - _MICROSECOND).end


class Bars:
    """Puts questions about bars to a transaction; `ask` as that of `Questions`."""

    def __init__(self, ask: Callable[..., Awaitable[Any]]) -> None:
        self._ask = ask

    async def page(self, query: BarQuery, request: PageRequest) -> Page[Candle] | None:
        """A page of bars, the newest first; None where none is stored of the symbol. Raises Invalid and BadCursor.

        One that would be made of very many stored bars holds fewer than were asked for, and says that more follow.
        """
        scope, chosen = query.scope, query.range
        place = request.before(scope)
        if not is_symbol(query.symbol) or not await self._ask(has_bars, query.symbol):
            return None
        if place is not None:
            before = _EPOCH + place * _MICROSECOND
            chosen = replace(chosen, until=before if chosen.until is None else min(chosen.until, before))
        made, is_all = await self._newest(chosen, query, request.limit)
        placed = [((candle.span.start - _EPOCH) // _MICROSECOND, candle) for candle in made[: request.first]]
        return request.page(scope, placed, len(made) if is_all else request.limit, lambda: self._count(query))

    async def _newest(self, chosen: BarRange, query: BarQuery, limit: int) -> tuple[list[Candle], bool]:
        """Up to `limit` bars, the newest first, and whether there are no more of them."""
        if query.interval is None:
            return [stored(bar) for bar in await self._ask(newest_bars, chosen, limit)], True
        made: list[Candle] = []
        begun: Candle | None = None
        read = 0
        while len(made) < limit and (not made or read < _MOST_READ):
            bars = await self._ask(newest_bars, chosen, _AT_ONCE)
            made += candles(bars, query.interval, query.zone, begun)
            if len(bars) < _AT_ONCE:
                return made[:limit], True
            begun, read = made.pop(), read + len(bars)
            chosen = replace(chosen, until=bars[-1].start)
        return made[:limit], False

    async def _count(self, query: BarQuery) -> int:
        if query.interval is None:
            return int(await self._ask(bar_count, query.range))
        chosen, count, begun = query.range, 0, None
        while starts := await self._ask(newest_starts, chosen, _STARTS_AT_ONCE):
            for start in starts:
                if begun is None or start < begun:
                    begun, count = span_at(query.interval, query.zone, start).start, count + 1
            chosen = replace(chosen, until=starts[-1])
        return count
