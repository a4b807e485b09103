"""How the R multiples of trades are spread."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

from markupsafe import Markup

from api.report.axes import Axis, axis, round_step
from api.report.figures import minus, multiple
from api.report.svg import WIDTH, anchor_at, coordinate, dates, down, element, level, percent, stretched, svg, text
from domain.money import ONE, ZERO, plain, quotient, total

_TOP, _BAR_HEIGHT = 40, 180
_BOTTOM = _TOP + _BAR_HEIGHT
_HEIGHT = _BOTTOM + 26
_MOST_BINS = 30
_WIDEST = Decimal(1)
_NARROWEST = Decimal("0.1")
_MOST_LABELS = 12
_GAP = Decimal("0.04")


@dataclass(frozen=True, slots=True)
class Bins:
    """Counts in bins of one width, from `first` bins above zero on. An open end holds what lies beyond it too."""

    width: Decimal
    first: int
    counts: Sequence[int]
    is_open_below: bool
    is_open_above: bool

    def edge(self, number: int) -> Decimal:
        """Where a bin begins."""
        return (self.first + number) * self.width


def bins(multiples: Sequence[Decimal]) -> Bins:
    """The bins of some R multiples: at most 1 R wide; each holds its lower edge, none its upper."""
    low, high = min(ZERO, *multiples), max(ZERO, *multiples)
    width = min(_WIDEST, max(_NARROWEST, round_step(max(high - low, _NARROWEST), _MOST_BINS)))
    first = max(_number(low, width), -_MOST_BINS // 2)
    last = min(max(_number(high, width), 0), first + _MOST_BINS)
    numbers = [_number(value, width) for value in multiples]
    trades = Counter(max(first, min(last, number)) for number in numbers)
    counts = [trades[number] for number in range(first, last + 1)]
    return Bins(width, first, counts, min(numbers) < first, max(numbers) > last)


def _number(multiple_: Decimal, width: Decimal) -> int:
    return int(quotient(multiple_, width).to_integral_value(ROUND_FLOOR))


def histogram(multiples: Sequence[Decimal]) -> Markup:
    """The R multiples of at least one trade."""
    distribution = bins(multiples)
    heights = axis(ZERO, Decimal(max(distribution.counts)), 4)
    whole = Axis(heights.low, heights.high, max(ONE, heights.step.to_integral_value(ROUND_CEILING)))
    mean = quotient(total(multiples), Decimal(len(multiples)))
    return svg(
        "multiples",
        _HEIGHT,
        "R multiples",
        _description(multiples, distribution, mean),
        _grid(whole),
        dates(_edges(distribution), _BOTTOM, _BOTTOM + 4),
        stretched(_TOP, _BAR_HEIGHT, _bars(distribution, whole)),
        _mean(distribution, mean),
    )


def _description(multiples: Sequence[Decimal], distribution: Bins, mean: Decimal) -> str:
    most = max(range(len(distribution.counts)), key=lambda number: distribution.counts[number])
    return (
        f"{len(multiples):,} trades, from {multiple(min(multiples))} R to {multiple(max(multiples))} R, "
        f"on average {multiple(mean)} R; most of them, {distribution.counts[most]:,}, {_range(distribution, most)}."
    )


def _range(distribution: Bins, number: int) -> str:
    low, high = (f"{plain(distribution.edge(edge))} R" for edge in (number, number + 1))
    if distribution.is_open_below and number == 0:
        return f"below {high}"
    if distribution.is_open_above and number == len(distribution.counts) - 1:
        return f"from {low} on"
    return f"from {low} to below {high}"


def _grid(heights: Axis) -> Iterable[Markup]:
    yield text("Trades", "0", _TOP - 26, class_="panel")
    for tick in heights.ticks:
        y = _TOP + down(heights.place(tick), _BAR_HEIGHT)
        yield level(y)
        yield text(f"{tick:,f}", "-10", y + 4, "end")


def _edges(distribution: Bins) -> list[tuple[Decimal, str]]:
    count = len(distribution.counts)
    every = next(step for step in (1, 2, 5, 10) if count // step < _MOST_LABELS)
    shown = [number for number in range(count + 1) if (distribution.first + number) % every == 0]
    return [
        (quotient(Decimal(number), Decimal(count)), f"{minus(plain(distribution.edge(number)))} R") for number in shown
    ]


def _bars(distribution: Bins, heights: Axis) -> Iterable[Markup]:
    bar_width = quotient(Decimal(WIDTH), Decimal(len(distribution.counts)))
    for number, count in enumerate(distribution.counts):
        if count:
            y = down(heights.place(Decimal(count)), _BAR_HEIGHT)
            yield element(
                "rect",
                element("title", f"{count:,} {_range(distribution, number)}"),
                x=coordinate(bar_width * (number + _GAP)),
                y=coordinate(y),
                width=coordinate(bar_width * (1 - 2 * _GAP)),
                height=coordinate(_BAR_HEIGHT - y),
                class_="loss" if distribution.edge(number) < ZERO else "gain",
            )


def _mean(distribution: Bins, mean: Decimal) -> Iterable[Markup]:
    span = distribution.edge(len(distribution.counts)) - distribution.edge(0)
    place = max(ZERO, min(ONE, quotient(mean - distribution.edge(0), span)))
    x = percent(place)
    yield element("line", x1=x, x2=x, y1=str(_TOP - 4), y2=str(_BOTTOM), class_="mean")
    yield text(f"mean {minus(multiple(mean))} R", x, _TOP - 10, anchor_at(place), "value")
