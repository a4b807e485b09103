"""The demo's rule: a channel breakout both ways, with a stop measured in average true ranges.

The entry is Richard Donchian's four-week rule as the Turtles traded it, and Curtis Faith published it ("The Original
Turtle Trading Rules", 2003, System 1): a close beyond the highs, or the lows, of the 20 days before. N is theirs too,
the 20-day exponential average of the true range. What follows the entry is this demo's own, chosen so that there is
always something to see: a stop 3 N away (the Turtles took 2), part out at one such distance in profit with the stop to
break-even, the rest at three, all that is left after 90 days. It is something to watch, not advice.
"""

import uuid
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import Decimal

from domain.market.bar import Bar
from domain.money import down_to, plain, product, quotient, rounded, total
from domain.orders.side import Side

SOURCE = "demo-breakout"
_IDS = uuid.UUID("5f0e6a3e-6f7c-4b52-9d0b-3c1d2f7a9c41")
_CENT = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class BreakoutRule:
    """The rule's figures: days, multiples of N for the stop, multiples of the stop's distance for the targets."""

    channel: int = 20
    atr_period: int = 20
    stop_ranges: Decimal = Decimal(3)
    target1: Decimal = Decimal(1)
    target2: Decimal = Decimal(3)
    risk_percent: Decimal = Decimal("0.5")
    holding: timedelta = timedelta(days=90)


@dataclass(frozen=True, slots=True)
class BreakoutSignal:
    """What the rule asks for at the end of a bar: levels relative to the fill, in whole cents and in R.

    `stop`, `target1` and `target2` are where they lie for the rule, which takes the close for the fill.
    """

    symbol: str
    side: Side
    time: datetime
    stop: Decimal
    target1: Decimal
    target2: Decimal
    risk_percent: Decimal
    expires_at: datetime
    stop_distance: Decimal
    target1_r: Decimal
    target2_r: Decimal

    @property
    def id(self) -> uuid.UUID:
        """The same for the same symbol and bar, always: to send it again is harmless (R5)."""
        return uuid.uuid5(_IDS, f"{self.symbol} {self.time.isoformat()}")

    def as_input(self) -> dict[str, object]:
        """The signal as the input of `executeSignal`."""
        return {
            "id": str(self.id),
            "symbol": self.symbol,
            "side": self.side.value,
            "timeframe": "1d",
            "source": SOURCE,
            "timestamp": self.time.isoformat(),
            "stopDistance": plain(self.stop_distance),
            "target1R": plain(self.target1_r),
            "target2R": plain(self.target2_r),
            "riskPercent": plain(self.risk_percent),
            "breakEvenAfterTarget1": True,
            "expiresAt": self.expires_at.isoformat(),
        }


def breakout_signals(
    bars: Iterable[Bar], rule: BreakoutRule = BreakoutRule()
) -> Iterator[tuple[Bar, BreakoutSignal | None]]:
    """Each bar of one symbol with the signal at its end, if the rule gives one.

    The rule knows nothing of the desk: it takes its last signal to have been filled at the close, and gives no other
    until bars have met that one's stop or second target, or its time is up.
    """
    channel: deque[Bar] = deque(maxlen=rule.channel)
    average = _AverageTrueRange(rule.atr_period)
    running: _Running | None = None
    for bar in bars:
        average.add(bar)
        running = running.after(bar) if running else None
        signal = None
        if running is None and len(channel) == rule.channel and average.value is not None:
            signal = _signal(rule, channel, average.value, bar)
        if signal is not None:
            running = _Running(signal, signal.stop, bar.close)
        channel.append(bar)
        yield bar, signal


def _signal(rule: BreakoutRule, channel: Iterable[Bar], n: Decimal, bar: Bar) -> BreakoutSignal | None:
    side = _breakout(channel, bar)
    distance = down_to(product(rule.stop_ranges, n), _CENT)
    if side is None or distance <= _CENT:
        return None
    base = down_to(bar.close, _CENT)
    stop, target1, target2 = (
        down_to(base + side.sign * product(distance, multiple), _CENT)
        for multiple in (Decimal(-1), rule.target1, rule.target2)
    )
    if min(stop, target2) <= 0:
        return None
    return BreakoutSignal(
        symbol=bar.symbol,
        side=side,
        time=bar.end,
        stop=stop,
        target1=target1,
        target2=target2,
        risk_percent=rule.risk_percent,
        expires_at=bar.end + rule.holding,
        stop_distance=distance,
        target1_r=rule.target1,
        target2_r=rule.target2,
    )


def _breakout(channel: Iterable[Bar], bar: Bar) -> Side | None:
    if bar.close > max(day.high for day in channel):
        return Side.LONG
    return Side.SHORT if bar.close < min(day.low for day in channel) else None


@dataclass(slots=True)
class _AverageTrueRange:
    """N: the mean of the first `period` true ranges; from then on each new one moves it by its share."""

    period: int
    value: Decimal | None = None
    close: Decimal | None = None
    first: list[Decimal] = field(default_factory=list)

    def add(self, bar: Bar) -> None:
        before, self.close = self.close, bar.close
        if before is None:
            return
        true_range = max(bar.high, before) - min(bar.low, before)
        if self.value is not None:
            self.value = rounded(self.value + quotient(true_range - self.value, Decimal(self.period)))
            return
        self.first.append(true_range)
        if len(self.first) == self.period:
            self.value = rounded(quotient(total(self.first), Decimal(self.period)))


@dataclass(frozen=True, slots=True)
class _Running:
    """The rule's own idea of a signal that it gave."""

    signal: BreakoutSignal
    stop: Decimal
    entry: Decimal

    def after(self, bar: Bar) -> "_Running | None":
        """What it is after a bar: over, safe at break-even, or as it was. The stop comes first (R22, R23)."""
        side, signal = self.signal.side, self.signal
        ended = bar.start >= signal.expires_at or side.has_fallen_to(side.worst_of(bar), self.stop)
        if ended or side.has_reached(side.best_of(bar), signal.target2):
            return None
        if side.has_reached(side.best_of(bar), signal.target1):
            return replace(self, stop=self.entry)
        return self
