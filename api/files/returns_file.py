"""Daily returns, as quantstats and its like take them: a curve without trades."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from decimal import Decimal
from itertools import pairwise

from api.files.formats.ambiguous import Ambiguous
from api.files.formats.figure_texts import figure_form
from api.files.formats.header import folded
from api.files.formats.time_texts import time_form
from api.files.known_figures import MISSING
from api.files.text_file import BadFile
from api.files.trade_file import TradeFile
from api.files.trade_rows import Rows, chosen
from api.files.wall_times import WrongZone, instant_of, read_start
from domain.analytics.comparison import EquityAt
from domain.money import ONE, plain, product, quotient
from domain.notation import read_number, to_8_places
from domain.validation import Invalid, require

CAPITAL = Decimal(100_000)
"""What the curve of returns begins with, USD."""

_DAY = timedelta(days=1)
_TIMES = frozenset({"", "date", "datetime", "time", "timestamp", "index"})
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}.*|\d{1,4}[./-]\d{1,2}[./-]\d{1,4}.*|\d{8}")
_MIDNIGHT = re.compile(r"[T ]00:00(?::00(?:\.0+)?)?$")
_FIGURE = re.compile(r"[+-]?\d+(?:[.,]\d+)?(?:[eE][+-]?\d+)?%?")
_SATURDAY = 5
_CALENDAR_DAYS, _TRADING_DAYS = 365, 252


@dataclass(frozen=True, slots=True)
class DailyReturns:
    """The curve that returns make of the CAPITAL: where it begins, and a point at the end of each day.

    `periods_per_year` are 365 where some of its days are of weekends, else 252 (R38).
    """

    curve: Sequence[EquityAt]
    periods_per_year: int


@dataclass(frozen=True, slots=True)
class _Return:
    line: int
    day: date
    offset: timedelta | None
    value: Decimal | None


def read_returns(file: TradeFile, rows: Rows) -> DailyReturns | None:
    """The returns in a table of dates and figures; None if these rows are none. Raises BadArgument and BadFile."""
    if len(rows) < 2 or len(rows[0][1]) < 2:
        return None
    titles = rows[0][1]
    time_place = next((place for place, title in enumerate(titles) if folded(title) in _TIMES), 0)
    body = rows if _DATE.fullmatch(titles[time_place]) else rows[1:]
    if not all(len(cells) > time_place and _DATE.fullmatch(cells[time_place]) for _, cells in body[:3]):
        return None
    columns = {title: place for place, title in enumerate(titles) if place != time_place and _is_numeric(body, place)}
    if len(columns) > 1 and file.strategy is None and not all(_are_small(body, place) for place in columns.values()):
        return None
    if not columns:
        return None
    title = chosen(file.path, list(columns), file.strategy)
    figures = [cells[columns[title]] if len(cells) == len(titles) else "" for _, cells in body]
    if "return" not in title.casefold() and not any(text.startswith("-") for text in figures):
        reason = f"{title or 'its figures'} may be prices: daily returns are titled so, or some are below zero"
        raise BadFile(file.path, rows[0][0], reason)
    return _curve(file, _returns(file, body, time_place, columns[title]))


def _is_numeric(body: Rows, place: int) -> bool:
    texts = [cells[place] for _, cells in body[:50] if len(cells) > place]
    return any(texts) and all(text.casefold() in MISSING or _FIGURE.fullmatch(text) for text in texts)


def _are_small(body: Rows, place: int) -> bool:
    """Whether the first figures are below one, as prices and volumes rarely are."""
    texts = [cells[place] for _, cells in body[:50] if len(cells) > place]
    figures = [text.rstrip("%").replace(",", ".") for text in texts if text.casefold() not in MISSING]
    return all(abs(Decimal(figure)) < ONE for figure in figures)


def _returns(file: TradeFile, body: Rows, time_place: int, place: int) -> list[_Return]:
    """The returns in order of their days; the first may lack a figure, which pandas gives no first change."""
    width = len(body[0][1])
    for line, cells in body:
        if len(cells) != width:
            raise BadFile(file.path, line, f"{len(cells)} cells below a header of {width}")
    days = [_MIDNIGHT.sub("", cells[time_place]) for _, cells in body]
    texts = [cells[place].removesuffix("%") for _, cells in body]
    try:
        to_iso = time_form(days, file.dates).to_iso or str
        to_plain = figure_form(texts, file.decimal) or str
    except Ambiguous as problem:
        raise BadFile(file.path, None, str(problem)) from None
    made = []
    for (line, cells), day, text in zip(body, days, texts, strict=True):
        percents = cells[place].endswith("%")
        try:
            made.append(_return(line, to_iso(day), to_plain(text), file.timezone, percents=percents))
        except (Invalid, WrongZone) as problem:
            raise BadFile(file.path, line, str(problem)) from None
    return sorted(made, key=lambda known: known.day)


def _return(line: int, day: str, text: str, zone: tzinfo | None, *, percents: bool) -> _Return:
    start = read_start(day, zone)
    if text.casefold() in MISSING:
        return _Return(line, start.wall.date(), start.offset, None)
    value = quotient(read_number("the return", text), Decimal(100 if percents else 1))
    told = "returns are fractions, 0.01 for 1 %"
    require(abs(value) <= ONE, f"a return of {text} would be {plain(value * 100)} % in a day: {told}", "")
    return _Return(line, start.wall.date(), start.offset, value)


def _curve(file: TradeFile, returns: Sequence[_Return]) -> DailyReturns:
    first = returns[0]
    begin = first.day - _DAY if first.value is not None else first.day
    points = [EquityAt(_end_of(begin, first, file.timezone), CAPITAL)]
    equity = CAPITAL
    for above, known in pairwise([replace(first, day=begin), *returns[first.value is None :]]):
        if known.value is None:
            raise BadFile(file.path, known.line, "the return is missing")
        if known.day == above.day:
            raise BadFile(file.path, known.line, f"a second return of {known.day}, and they are to be daily")
        equity = product(equity, ONE + known.value)
        points.append(EquityAt(_end_of(known.day, known, file.timezone), to_8_places(equity)))
    are_of_weekends = any(known.day.weekday() >= _SATURDAY for known in returns)
    return DailyReturns(points, _CALENDAR_DAYS if are_of_weekends else _TRADING_DAYS)


def _end_of(day: date, known: _Return, zone: tzinfo | None) -> datetime:
    """The midnight at the end of a day: of the zone, or by the offset that its row has."""
    midnight = datetime.combine(day + _DAY, time())
    if zone is not None:
        return instant_of(midnight, zone)
    return (midnight - (known.offset or timedelta())).replace(tzinfo=UTC)
