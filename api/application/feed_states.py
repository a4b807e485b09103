"""How feeds stand: those of this process, of which `/readyz`, `/metrics` and the API tell, and those beside it.

The latter report, and are kept in the memory of the process that hears them, which alone tells of them.
"""

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum
from uuid import UUID

from api.application.metrics import Metrics
from api.authorization.principal import Principal, Scope
from api.clock import WallClock, wall_clock
from domain.market.bar import Bar

REPORT_SECONDS = 5
_REMEMBERED = 20
_COMPARED = 10_000
_SILENCE = timedelta(seconds=4 * REPORT_SECONDS)
_FORGOTTEN = timedelta(hours=1)
_MOST_REPORTED = 100


class FeedStatus(Enum):
    """What a feed is doing."""

    CONNECTING = "CONNECTING"
    CATCHING_UP = "CATCHING_UP"
    LIVE = "LIVE"
    CLOSED = "CLOSED"
    WAITING = "WAITING"
    FAILED = "FAILED"
    ENDED = "ENDED"
    LOST = "LOST"


@dataclass(frozen=True, slots=True)
class FeedGap:
    """A span of a symbol that the market could not give bars of."""

    symbol: str
    since: datetime
    until: datetime


@dataclass(slots=True)
class FeedState:
    """How a feed stands. `connections` counts how often it has connected, `bars` and `quotes` what the desk applied,
    `rejected` what was unusable or not taken, `refusal` the last of it, `corrected` the bars that the market tells
    otherwise than the desk has them. Of gaps and corrections the newest are kept. `on_change` is called when its
    status changes; `reported` is when it last told of itself, if it runs beside this process.
    """

    name: str
    symbols: Sequence[str]
    wall: WallClock = wall_clock
    status: FeedStatus = FeedStatus.CONNECTING
    since: datetime = field(init=False)
    opens: datetime | None = None
    problem: str | None = None
    last_bars: dict[str, datetime] = field(default_factory=dict)
    connections: int = 0
    bars: int = 0
    quotes: int = 0
    rejected: int = 0
    refusal: str | None = None
    corrected: int = 0
    corrections: deque[Bar] = field(default_factory=lambda: deque(maxlen=_REMEMBERED))
    _told: dict[tuple[str, datetime], Bar] = field(init=False, default_factory=dict)
    gap_count: int = 0
    gaps: deque[FeedGap] = field(default_factory=lambda: deque(maxlen=_REMEMBERED))
    reported: datetime | None = None
    on_change: "Callable[[FeedState], None]" = lambda _: None

    def __post_init__(self) -> None:
        self.since = self.wall()

    @property
    def is_well(self) -> bool:
        """Whether it brings all that its market has: it is connected, or the market is closed."""
        return self.status in (FeedStatus.LIVE, FeedStatus.CLOSED)

    def become(self, status: FeedStatus, problem: str | None = None, opens: datetime | None = None) -> None:
        """Take note of what it is doing from now on, and why."""
        was, self.status, self.opens = self.status, status, opens
        self.problem = None if self.is_well else problem or self.problem
        if status is not was:
            self.since = self.wall()
            self.on_change(self)

    def has_gap(self, gap: FeedGap) -> None:
        """Take note of a span that the market has no bars of."""
        self.gap_count += 1
        self.gaps.append(gap)

    def has_corrected(self, bar: Bar) -> bool:
        """Take note of a bar as the market tells it now, which the desk has otherwise; False if it was taken."""
        if self._told.get((bar.symbol, bar.start)) == bar:
            return False
        self._told[bar.symbol, bar.start] = bar
        if len(self._told) > _COMPARED:
            del self._told[next(iter(self._told))]
        self.corrected += 1
        self.corrections.append(bar)
        return True

    def has_rejected(self, symbol: str, reason: str) -> None:
        """Take note of what was unusable or not taken."""
        self.rejected += 1
        self.refusal = f"{symbol or 'no symbol'}: {reason}"


class FeedStates:
    """The feeds that run in this process, in the order in which they were started, and those that report to it."""

    def __init__(self, metrics: Metrics, wall: WallClock = wall_clock) -> None:
        self._metrics = metrics
        self._wall = wall
        self._reported: dict[UUID, FeedState] = {}
        self.all: list[FeedState] = []

    def add(self, state: FeedState) -> None:
        """Tell of a feed from now on."""
        name = f"{state.name}-{len(self.all) + 1}"
        self.all.append(state)
        self._metrics.feed_ready.labels(name).set_function(lambda: float(state.is_well))
        self._metrics.feed_bars.labels(name).set_function(lambda: float(state.bars))
        self._metrics.feed_rejected.labels(name).set_function(lambda: float(state.rejected))
        self._metrics.feed_corrected.labels(name).set_function(lambda: float(state.corrected))
        self._metrics.feed_gaps.labels(name).set_function(lambda: float(state.gap_count))

    def report(self, principal: Principal, key: UUID, state: FeedState) -> None:
        """Tell of a feed that runs beside, in place of what was told before by the same key. Raises Forbidden."""
        principal.require(Scope.COMMAND)
        state.reported = self._wall()
        self._reported.pop(key, None)
        self._reported[key] = state
        if len(self._reported) > _MOST_REPORTED:
            del self._reported[next(iter(self._reported))]

    def listed(self) -> list[FeedState]:
        """All feeds, those beside after those of this process; one that fell silent is lost, and forgotten later."""
        now = self._wall()
        for key, state in list(self._reported.items()):
            assert state.reported is not None  # noqa: S101 - set where it was taken
            if now - state.reported > _FORGOTTEN:
                del self._reported[key]
            elif now - state.reported > _SILENCE and state.status is not FeedStatus.ENDED:
                state.become(FeedStatus.LOST, "nothing has been heard of it")
                state.since = state.reported
        return [*self.all, *self._reported.values()]
