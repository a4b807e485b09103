"""The aggregate: one account's state, what it is worth, and how an event is applied to it.

`apply` decides nothing: the live desk, a restart and `verify` share it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from uuid import UUID

from domain.calendar import UTC_ZONE, Zone
from domain.market import Mark, Market
from domain.money import HUNDRED, ZERO, figure, product, quotient, rounded, total
from domain.positions import Position
from domain.settings import Settings
from domain.signals import Signal

Markets = Mapping[str, Market]


@dataclass(frozen=True, slots=True)
class Session:
    """One life of an account (R4); times are recorded times. Its days are those of `zone` (R34).

    It was enabled for `enabled_for` in all, and since `enabled_since` if it is enabled (R36).
    """

    number: int
    starting_capital: Decimal
    started_at: datetime
    ended_at: datetime | None = None
    enabled_since: datetime | None = None
    enabled_for: timedelta = timedelta()
    zone: Zone = UTC_ZONE

    def switched_on(self, at: datetime) -> "Session":
        """This session, of an account that is enabled from now on."""
        return replace(self, enabled_since=at)

    def switched_off(self, at: datetime) -> "Session":
        """This session, of an account that is not enabled any more."""
        if self.enabled_since is None:
            return self
        running = max(timedelta(), at - self.enabled_since)
        return replace(self, enabled_since=None, enabled_for=self.enabled_for + running)


@dataclass(frozen=True, slots=True)
class Books:
    """A session's running totals. `r_total` is the sum of the trades' R multiples, to 24 places.

    Positions are counted as they are opened, those of CRYPTO apart.
    """

    cash: Decimal
    realized_pnl: Decimal = ZERO
    commission: Decimal = ZERO
    slippage: Decimal = ZERO
    trades: int = 0
    wins: int = 0
    losses: int = 0
    r_total: Decimal = ZERO
    crypto_positions: int = 0
    other_positions: int = 0

    @property
    def win_rate(self) -> Decimal | None:
        """Wins in percent of all trades, unrounded; None without trades."""
        return quotient(product(HUNDRED, ZERO + self.wins), ZERO + self.trades) if self.trades else None

    @property
    def average_r(self) -> Decimal | None:
        """Mean R multiple, unrounded; None without trades."""
        return quotient(self.r_total, ZERO + self.trades) if self.trades else None


@dataclass(frozen=True, slots=True)
class Marks:
    """What follows from watching the equity (R34, R37). `time`, `day` and `equity` are the last point of the curve;
    the rest is settled up to the point before it, for a later observation of the same time replaces the point.

    `worst_peak` and `worst_equity` are the pair with the largest drawdown: kept as two amounts, so that it is exact.
    `watched_peak` is the peak since the last resume, `day_reference` the last equity of the day before.
    `extremes` holds, for each open position with a trailing stop, the best price since its entry (R26).
    """

    equity: Decimal
    peak: Decimal
    watched_peak: Decimal
    worst_peak: Decimal
    worst_equity: Decimal
    day_reference: Decimal
    time: datetime | None
    day: date | None
    extremes: Mapping[UUID, Decimal]

    @classmethod
    def start(cls, capital: Decimal) -> "Marks":
        """The marks of a new session: the peak starts at its capital (R37)."""
        return cls(capital, capital, capital, capital, capital, capital, None, None, {})

    @property
    def running_peak(self) -> Decimal:
        """The highest equity so far."""
        return max(self.peak, self.equity)

    @property
    def running_watched_peak(self) -> Decimal:
        """The highest equity since the session's start or the last resume (R34)."""
        return max(self.watched_peak, self.equity)

    @property
    def drawdown(self) -> Decimal:
        """Percent of the running peak that is lost now, unrounded."""
        return _loss(self.running_peak, self.equity)

    @property
    def max_drawdown(self) -> Decimal:
        """The largest drawdown so far, unrounded."""
        return max(_loss(self.worst_peak, self.worst_equity), self.drawdown)

    def observed(self, equity: Decimal, time: datetime, day: date) -> "Marks":
        """The marks after an observation at market time `time`, which belongs to the day `day` (R37, R38)."""
        settled = self if time == self.time else self._settled()
        begins_day = self.day is not None and day > self.day
        return replace(
            settled,
            equity=equity,
            time=time,
            day=day if self.day is None else max(day, self.day),
            day_reference=self.equity if begins_day else self.day_reference,
        )

    def resumed(self, equity: Decimal) -> "Marks":
        """The marks when a halt is lifted: both measures start again from here (R34)."""
        settled = self._settled()
        return replace(settled, time=None, equity=equity, watched_peak=equity, day_reference=equity)

    def _settled(self) -> "Marks":
        worst = (self.worst_peak, self.worst_equity)
        if self.drawdown > _loss(*worst):
            worst = (self.running_peak, self.equity)
        return replace(
            self,
            peak=self.running_peak,
            watched_peak=self.running_watched_peak,
            worst_peak=worst[0],
            worst_equity=worst[1],
        )


def _loss(peak: Decimal, equity: Decimal) -> Decimal:
    return quotient(product(peak - equity, HUNDRED), peak)


@dataclass(frozen=True, slots=True)
class Account:
    """One account in its current session. `positions` are the open ones, `working` the signals that wait, both by id.

    `seq` counts the account's journal events, `signal_count` its signals.
    """

    id: UUID
    name: str
    settings: Settings
    enabled: bool
    halt_reason: str | None
    session: Session
    books: Books
    positions: Mapping[UUID, Position]
    working: Mapping[UUID, Signal]
    marks: Marks
    seq: int = 0
    signal_count: int = 0

    def day_of(self, moment: datetime) -> date:
        """The day of its session that a market time belongs to (R34)."""
        return self.session.zone.day_of(moment)

    @property
    def symbols(self) -> frozenset[str]:
        """The symbols that can still do something to this account."""
        held = {position.symbol for position in self.positions.values()}
        return frozenset(held | {signal.request.symbol for signal in self.working.values()})

    def in_order(self, symbol: str) -> list[Position]:
        """The open positions in a symbol, in the order their signals were accepted (R8)."""
        held = [each for each in self.positions.values() if each.symbol == symbol]
        return sorted(held, key=lambda each: each.number)

    def waiting(self, symbol: str) -> list[Signal]:
        """The working signals of a symbol, in the order they were accepted (R8)."""
        waiting = [each for each in self.working.values() if each.request.symbol == symbol]
        return sorted(waiting, key=lambda each: each.number)

    def without(self, signal: Signal) -> "Account":
        """This account with what a signal reserved released (R16)."""
        return replace(self, working={key: each for key, each in self.working.items() if key != signal.id})


def mark_of(position: Position, markets: Markets) -> Mark:
    """A position's last price: its signal's own until the symbol's next bar or quote (R15), else the symbol's (R9)."""
    market = markets.get(position.symbol)
    own = position.own_price
    if own is not None and own.market_updates >= (market.updates if market else 0):
        return own.mark
    assert market is not None and market.last is not None  # noqa: S101, PT018 - it was entered at that market's price
    return market.last


def price_of(position: Position, markets: Markets) -> Decimal:
    """A position's last price."""
    return mark_of(position, markets).price


def equity(account: Account, markets: Markets) -> Decimal:
    """Cash + sum of direction x (open quantity x last price, rounded) (R29)."""
    held = account.positions.values()
    return rounded(
        account.books.cash + sum((each.side.sign * each.worth(price_of(each, markets)) for each in held), ZERO)
    )


def total_pnl(account: Account, markets: Markets) -> Decimal:
    """Equity less the session's starting capital: all that was earned, after all costs so far."""
    return rounded(equity(account, markets) - account.session.starting_capital)


def unrealized_pnl(account: Account, markets: Markets) -> Decimal:
    """What the open positions have earned, before commissions (R31)."""
    held = account.positions.values()
    return rounded(sum((each.unrealized_pnl(price_of(each, markets)) for each in held), ZERO))


def open_commission(account: Account) -> Decimal:
    """The entry commission that no exit has taken its share of: total P&L = realized + unrealized - this (R31)."""
    return rounded(sum((each.entry_commission_left for each in account.positions.values()), ZERO))


def gross_exposure(account: Account, markets: Markets) -> Decimal:
    """What the open positions are worth, longs and shorts alike (R19)."""
    return sum((each.worth(price_of(each, markets)) for each in account.positions.values()), ZERO)


def buying_power(account: Account, markets: Markets) -> Decimal:
    """Leverage x equity - gross exposure - what working signals reserve, unrounded (R19)."""
    reserved = sum((each.reserved_notional for each in account.working.values()), ZERO)
    power = product(account.settings.leverage, equity(account, markets))
    return total((power, -gross_exposure(account, markets), -reserved))


def risk_at_stake(account: Account, campaign_id: str | None = None) -> Decimal:
    """Open risk plus what working signals reserve, of the account or of one campaign, unrounded (R18)."""
    positions, working = account.positions.values(), account.working.values()
    return total(
        [
            *(each.exact_open_risk for each in positions if campaign_id in (None, each.campaign_id)),
            *(each.reserved_risk for each in working if campaign_id in (None, each.request.campaign_id)),
        ]
    )


def heat_percent(account: Account, markets: Markets) -> Decimal | None:
    """Risk at stake in percent of equity (R18); None where equity is not positive."""
    return percent_of_equity(risk_at_stake(account), equity(account, markets))


def percent_of_equity(value: Decimal, of: Decimal) -> Decimal | None:
    """`value` in percent of a positive equity."""
    return quotient(product(value, HUNDRED), of) if of > ZERO else None


def shown_buying_power(account: Account, markets: Markets) -> Decimal:
    """Buying power as it is shown: to 8 places, within the desk's range."""
    return figure(buying_power(account, markets))
