"""How the R multiples of trades are spread."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

from markupsafe import Markup

from api.report.axes import Axis, axis, round_step
from api.report.figures import minus, multiple
from api.report.svg import WIDTH, anchor_at, dates, down, element, level, percent, stretched, svg, text, written
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
    numbers = [_number(each, width) for each in multiples]
    found = Counter(max(first, min(last, number)) for number in numbers)
    counts = [found[number] for number in range(first, last + 1)]
    return Bins(width, first, counts, min(numbers) < first, max(numbers) > last)


def _number(multiple_: Decimal, width: Decimal) -> int:
    return int(quotient(multiple_, width).to_integral_value(ROUND_FLOOR))


def histogram(multiples: Sequence[Decimal]) -> Markup:
    """The R multiples of at least one trade."""
    found = bins(multiples)
    heights = axis(ZERO, Decimal(max(found.counts)), 4)
    whole = Axis(heights.low, heights.high, max(ONE, heights.step.to_integral_value(ROUND_CEILING)))
    mean = quotient(total(multiples), Decimal(len(multiples)))
    return svg(
        "multiples",
        _HEIGHT,
        "R multiples",
        _words(multiples, found, mean),
        _grid(whole),
        dates(_edges(found), _BOTTOM, _BOTTOM + 4),
        stretched(_TOP, _BAR_HEIGHT, _bars(found, whole)),
        _mean(found, mean),
    )


def _words(multiples: Sequence[Decimal], found: Bins, mean: Decimal) -> str:
    most = max(range(len(found.counts)), key=lambda each: found.counts[each])
    return (
        f"{len(multiples):,} trades, from {multiple(min(multiples))} R to {multiple(max(multiples))} R, "
        f"on average {multiple(mean)} R; most of them, {found.counts[most]:,}, {_called(found, most)}."
    )


def _called(found: Bins, number: int) -> str:
    low, high = (f"{plain(found.edge(each))} R" for each in (number, number + 1))
    if found.is_open_below and number == 0:
        return f"below {high}"
    if found.is_open_above and number == len(found.counts) - 1:
        return f"from {low} on"
    return f"from {low} to below {high}"


def _grid(heights: Axis) -> Iterable[Markup]:
    yield text("Trades", "0", _TOP - 26, class_="panel")
    for tick in heights.ticks:
        y = _TOP + down(heights.place(tick), _BAR_HEIGHT)
        yield level(y)
        yield text(f"{tick:,f}", "-10", y + 4, "end")


def _edges(found: Bins) -> list[tuple[Decimal, str]]:
    count = len(found.counts)
    every = next(each for each in (1, 2, 5, 10) if count // each < _MOST_LABELS)
    shown = [each for each in range(count + 1) if (found.first + each) % every == 0]
    return [(quotient(Decimal(each), Decimal(count)), f"{minus(plain(found.edge(each)))} R") for each in shown]


def _bars(found: Bins, heights: Axis) -> Iterable[Markup]:
    each_wide = quotient(Decimal(WIDTH), Decimal(len(found.counts)))
    for number, count in enumerate(found.counts):
        if count:
            y = down(heights.place(Decimal(count)), _BAR_HEIGHT)
            yield element(
                "rect",
                element("title", f"{count:,} {_called(found, number)}"),
                x=written(each_wide * (number + _GAP)),
                y=written(y),
                width=written(each_wide * (1 - 2 * _GAP)),
                height=written(_BAR_HEIGHT - y),
                class_="loss" if found.edge(number) < ZERO else "gain",
            )


def _mean(found: Bins, mean: Decimal) -> Iterable[Markup]:
    span = found.edge(len(found.counts)) - found.edge(0)
    place = max(ZERO, min(ONE, quotient(mean - found.edge(0), span)))
    x = percent(place)
    yield element("line", x1=x, x2=x, y1=str(_TOP - 4), y2=str(_BOTTOM), class_="mean")
    yield text(f"mean {minus(multiple(mean))} R", x, _TOP - 10, anchor_at(place), "value")
