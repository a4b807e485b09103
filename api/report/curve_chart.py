"""The equity curve, and below it, under the same time axis, how far it was under water."""

from collections.abc import Iterable, Sequence
from decimal import Decimal

from markupsafe import Markup

from api.report.axes import Axis, TimeAxis, axis
from api.report.figures import fixed, minus, money
from api.report.figures import percent as shown_percent
from api.report.svg import along, coordinate, dates, down, element, level, stretched, svg, text
from domain.analytics.replayed_curve import CurvePoint
from domain.money import ONE, ZERO, quotient
from domain.portfolio.watermarks import drawdown_percent

_EQUITY_TOP, _EQUITY_HEIGHT = 24, 240
_LOSS_TOP, _LOSS_HEIGHT = 308, 110
_BOTTOM = _LOSS_TOP + _LOSS_HEIGHT
_HEIGHT = _BOTTOM + 26
_MILLION = Decimal(1_000_000)


def curve_chart(points: Sequence[CurvePoint], capital: Decimal) -> Markup:
    """A curve of at least one point."""
    times = TimeAxis(points[0].time, points[-1].time)
    equities = axis(
        min(capital, *(point.equity for point in points)), max(capital, *(point.equity for point in points)), 5
    )
    losses = [drawdown_percent(point.peak, point.equity) for point in points]
    depths = axis(ZERO, max(ONE, *losses), 3)
    return svg(
        "curve",
        _HEIGHT,
        "Equity and drawdown",
        _description(points, max(losses)),
        dates([(times.place(time), name) for time, name in times.ticks], _EQUITY_TOP, _BOTTOM),
        _equity_grid(equities, capital),
        _loss_grid(depths),
        _equity(points, times, equities),
        _losses(points, losses, times, depths),
    )


def _description(points: Sequence[CurvePoint], deepest: Decimal) -> str:
    first, last = points[0], points[-1]
    low, high = min(points, key=lambda point: point.equity), max(points, key=lambda point: point.equity)
    return (
        f"Equity from {money(first.equity)} USD on {first.time:%Y-%m-%d} to {money(last.equity)} on "
        f"{last.time:%Y-%m-%d}, lowest {money(low.equity)} on {low.time:%Y-%m-%d}, highest {money(high.equity)} on "
        f"{high.time:%Y-%m-%d}; the deepest drawdown drawn is {shown_percent(deepest)}."
    )


def _equity_grid(equities: Axis, capital: Decimal) -> Iterable[Markup]:
    unit, suffix = (_MILLION, "M") if equities.high >= 10 * _MILLION else (ONE, "")
    places = max(0, -quotient(equities.step, unit).normalize().as_tuple().exponent)  # type: ignore[operator]
    yield text("Equity, USD", "0", _EQUITY_TOP - 10, class_="panel")
    for tick in equities.ticks:
        y = _EQUITY_TOP + down(equities.place(tick), _EQUITY_HEIGHT)
        yield level(y)
        yield text(minus(fixed(quotient(tick, unit), places)) + suffix, "-10", y + 4, "end")
    yield level(_EQUITY_TOP + down(equities.place(capital), _EQUITY_HEIGHT), "capital")


def _loss_grid(depths: Axis) -> Iterable[Markup]:
    yield text("Drawdown, % of peak", "0", _LOSS_TOP - 10, class_="panel")
    for tick in depths.ticks:
        y = _LOSS_TOP + depths.place(tick) * _LOSS_HEIGHT
        yield level(y)
        yield text(minus(f"{-tick.normalize():f}" if tick else "0"), "-10", y + 4, "end")


def _equity(points: Sequence[CurvePoint], times: TimeAxis, equities: Axis) -> Markup:
    places = [(times.place(point.time), down(equities.place(point.equity), _EQUITY_HEIGHT)) for point in points]
    if len(points) == 1:
        return element("circle", cx="0", cy=coordinate(_EQUITY_TOP + places[0][1]), r="3", class_="point")
    return stretched(_EQUITY_TOP, _EQUITY_HEIGHT, element("path", d=f"M{_line(places)}", class_="equity"))


def _losses(points: Sequence[CurvePoint], losses: Sequence[Decimal], times: TimeAxis, depths: Axis) -> Markup:
    places = [
        (times.place(point.time), depths.place(loss) * _LOSS_HEIGHT) for point, loss in zip(points, losses, strict=True)
    ]
    line = _line(places)
    area = f"M{along(places[0][0])} 0L{line}L{along(places[-1][0])} 0Z"
    return stretched(
        _LOSS_TOP, _LOSS_HEIGHT, element("path", d=area, class_="water"), element("path", d=f"M{line}", class_="depth")
    )


def _line(places: Iterable[tuple[Decimal, Decimal]]) -> str:
    return "L".join(f"{along(x)} {coordinate(y)}" for x, y in places)
