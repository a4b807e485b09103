"""The summaries of accounts' days, noted once each when the day is over.

That is when the market's clock (R2) is in a later day of the account's zone (R34); or, for markets that are closed at
midnight, the wall clock is, and the desk has recorded nothing for a while. A day is told on which something was held or
filled (R37).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from uuid import UUID

from api.application.notifications.delivery import DeliveryContext
from api.application.notifications.templates import Told, dollars
from api.choices import NotificationEvent
from api.persistence.beside_record import write_beside
from api.persistence.database import Transaction
from api.persistence.database_clock import read_clocks
from api.persistence.live_state import LiveState
from api.persistence.notices import AccountDay, NewNotice, add_notice, last_day_noted
from api.persistence.notification_targets import Target
from api.persistence.reports import count_trades, session_records
from api.persistence.session_days import session_days
from domain.analytics.curve import DayEnd
from domain.analytics.stats import Dimension, TradeStats
from domain.analytics.trade_filter import TradeFilter
from domain.engine.views import SessionRecord
from domain.money import difference
from domain.portfolio.account import Account

_QUIET = timedelta(minutes=10)
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class _Day:
    """A day that is over: the equity at its end, what it earned, and its trades."""

    day: date
    equity: Decimal
    pnl: Decimal
    stats: TradeStats

    def told(self, account: str) -> Told:
        """What is told of it."""
        stats = self.stats
        closed = f"{stats.trades} trade{'' if stats.trades == 1 else 's'} closed, {stats.wins} won"
        text = f"Equity {self.equity:,.2f} USD at its end; {closed}. Account {account}."
        data = {
            "account": account,
            "day": self.day,
            "pnl": self.pnl,
            "equity": self.equity,
            "trades": stats.trades,
            "wins": stats.wins,
            "realizedPnl": stats.realized_pnl,
        }
        return Told("account.day", f"{self.day}: {dollars(self.pnl)}", text, data)


class DayWatch:
    """Notes the days of those accounts that somebody wants to be told of."""

    def __init__(self, context: DeliveryContext, live: LiveState) -> None:
        self._context = context
        self._live = live
        self._looked_at: dict[tuple[UUID, int], date] = {}

    async def look(self, targets: Sequence[Target]) -> None:
        """Note what days are over by now. Raises what the database raises."""
        daily = [target for target in targets if NotificationEvent.DAILY in target.events]
        known = self._live.newest
        if not daily or known is None or known.desk.latest_end is None:
            return
        clock = await self._clock(known.desk.latest_end)
        for account in known.desk.accounts.values():
            wanting = [target for target in daily if target.accounts is None or account.name in target.accounts]
            if wanting:
                await self._look_at(account, clock, wanting)

    async def _clock(self, market: datetime) -> datetime:
        """What is before it is over."""
        async with self._context.reading.transaction() as transaction:
            recorded = (await transaction.ask(read_clocks)).newest_record
        now = self._context.wall()
        is_quiet = recorded is not None and now - recorded >= _QUIET
        return max(market, now) if is_quiet else market

    async def _look_at(self, account: Account, clock: datetime, wanting: Iterable[Target]) -> None:
        """A bar that ends at midnight may be followed by others of its day."""
        zone, key = account.session.zone, (account.id, account.session.number)
        today = zone.day_of(clock - timedelta.resolution)
        if self._looked_at.get(key) == today:
            return
        since = min(date.min if target.clock is None else zone.day_of(target.clock) for target in wanting)
        async with self._context.reading.transaction() as transaction:
            days = await _over(transaction, account, since, today)
        for day in days:
            about = AccountDay(*key, day.day)
            name = f"day {account.id} {account.session.number} {day.day}"
            notice = NewNotice(name, NotificationEvent.DAILY, day.told(account.name).as_content(), about)
            await self._context.writing.write(write_beside, add_notice, notice)
        self._looked_at[key] = today


async def _over(transaction: Transaction, account: Account, since: date, today: date) -> list[_Day]:
    """The days of an account's session that are over and were not noted."""
    number = account.session.number
    noted = await transaction.ask(last_day_noted, account.id, number)
    [record] = await transaction.ask(session_records, account.name, number)
    capital = DayEnd(date.min, record.session.starting_capital, was_held=False)
    ends = [capital, *await transaction.ask(session_days, record)]
    first = since if noted is None else max(since, noted + _DAY)
    return [
        _Day(end.day, end.equity, difference(end.equity, before.equity), await _stats(transaction, record, end.day))
        for before, end in pairwise(ends)
        if end.was_held and first <= end.day < today
    ]


async def _stats(transaction: Transaction, record: SessionRecord, day: date) -> TradeStats:
    zone = record.session.zone
    within = TradeFilter(exited_from=zone.start_of(day), exited_to=zone.start_of(day + _DAY))
    counted = await transaction.ask(count_trades, record, within, [Dimension.ALL])
    return next(iter(counted.values()), TradeStats())
