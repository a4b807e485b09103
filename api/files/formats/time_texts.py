"""Times as programs write them, made into ISO 8601; what a file's times are like is told by its first rows."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from api.choices import DateOrder
from api.files.formats.ambiguous import Ambiguous

ToIso = Callable[[str], str]
"""Makes a time of ISO 8601 of a text; what is of another form it leaves as it is, to be refused in its own row."""

_EPOCH_START = datetime(1970, 1, 1)
_DIGITS_OF_A_YEAR = 4
_FIRST_SHORT_YEAR = 69
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_SECOND, _MILLI, _MICRO, _NANO = 1, 1_000, 1_000_000, 1_000_000_000
_PER_SECOND = {9: _SECOND, 10: _SECOND, 12: _MILLI, 13: _MILLI, 15: _MICRO, 16: _MICRO, 18: _NANO, 19: _NANO}
"""How many make a second, by the digits of a count since 1970, if it is of 1973 or later."""

_CLOCK = (
    r"(\d{1,2}):?(\d{2})(?::?(\d{2})(?:[.,](\d{1,9}))?)?(?: ?([AaPp])\.?[Mm]\.?)?"
    r"(?: ?(?:GMT|UTC)?(Z|[+-]\d{2}:?\d{2}))?"
)
_BETWEEN = r"(?:,? +|T)"
_ISO = re.compile(r"\d{4}-\d{2}-\d{2}(?:[Tt ]\d{2}:\d{2}.*)?")
_YEAR_FIRST = re.compile(rf"(\d{{4}})(?:([./-])(\d{{1,2}})\2|(\d{{2}}))(\d{{1,2}})(?:(?:{_BETWEEN}){_CLOCK})?")
_STUCK = re.compile(r"((?:19|20|21)\d{2}(?:0[1-9]|1[0-2])\d{2})((?:[01]\d|2[0-4])[0-5]\d(?:[0-5]\d)?)")
_YEAR_LAST = re.compile(rf"(\d{{1,2}})([./-])(\d{{1,2}})\2(\d{{4}}|\d{{2}})(?:(?:{_BETWEEN}){_CLOCK})?")
_MONTH_NAMED = re.compile(
    rf"(?:([A-Za-z]{{3,9}})\.? (\d{{1,2}}), (\d{{4}})|(\d{{1,2}})[ -]([A-Za-z]{{3,9}})[ -](\d{{4}}))"
    rf"(?:(?:{_BETWEEN}){_CLOCK})?"
)
_EPOCH = re.compile(r"-?(\d{9,19})(\.\d+)?|-?\d\.\d+[eE]\+?\d{1,2}")
_COUNT = re.compile(r"-?\d{1,19}(?:\.\d+)?|-?\d\.\d+[eE]\+?\d{1,2}")
_UTC_DASH = re.compile(r"(\d{8})-(\d{2}:\d{2}:\d{2})")
_ZONE_AT_END = re.compile(r"(.*\d) ([A-Za-z]+(?:/[A-Za-z_]+)*)")


@dataclass(frozen=True, slots=True)
class TimeForm:
    """How a file writes its times: `to_iso` is None where they are ISO 8601; `zone` is one that it names."""

    to_iso: ToIso | None = None
    zone: ZoneInfo | None = None


def time_form(texts: Sequence[str], order: DateOrder | None) -> TimeForm:
    """The form of times of which these are the first. Raises Ambiguous."""
    bare, zone = _without_zone(texts)
    to_iso = _to_iso(bare, order)
    if zone is None or to_iso is None:
        return TimeForm(to_iso)
    ending = f" {zone.key}"
    return TimeForm(lambda text: to_iso(text.removesuffix(ending)), zone)


def _to_iso(texts: Sequence[str], order: DateOrder | None) -> ToIso | None:
    forms: list[tuple[re.Pattern[str], ToIso]] = [
        (_UTC_DASH, lambda text: _of_year_first(_UTC_DASH.sub(r"\1 \2Z", text))),
        (_YEAR_FIRST, _of_year_first),
        (_MONTH_NAMED, _of_month_named),
    ]
    if _most(_ISO, texts):
        return None
    if _most(_YEAR_LAST, texts):
        first = order or _order_of(texts)
        return lambda text: _of_year_last(text, first)
    if _most(_STUCK, texts):
        return _of_stuck
    if _most(_COUNT, texts) and not _most(_YEAR_FIRST, texts) and any(map(_EPOCH.fullmatch, texts)):
        return _of_epochs_like(texts)
    return next((to_iso for pattern, to_iso in forms if _most(pattern, texts)), None)


def _most(pattern: re.Pattern[str], texts: Sequence[str]) -> bool:
    return 2 * sum(pattern.fullmatch(text) is not None for text in texts) > len(texts)


def _without_zone(texts: Sequence[str]) -> tuple[Sequence[str], ZoneInfo | None]:
    matches = [_ZONE_AT_END.fullmatch(text) for text in texts]
    names = {match[2] for match in matches if match is not None}
    name = names.pop() if len(names) == 1 else ""
    if "/" not in name and name not in ("UTC", "GMT"):
        return texts, None
    try:
        zone = ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return texts, None
    return [text if match is None else match[1] for text, match in zip(texts, matches, strict=True)], zone


def is_dotted(text: str) -> bool:
    """Whether a time is written with points after day and month, as 31.12.2024."""
    match = _YEAR_LAST.fullmatch(text)
    return match is not None and match[2] == "."


def _order_of(texts: Sequence[str]) -> DateOrder:
    """What dates tell of their order: with points the day is first. Raises Ambiguous."""
    matches = [match for text in texts if (match := _YEAR_LAST.fullmatch(text))]
    short = next((match for match in matches if len(match[4]) < _DIGITS_OF_A_YEAR), None)
    if short is not None:
        raise Ambiguous(f"{short[0]} has a year of two digits: say what precedes it with --dates mdy or --dates dmy")
    if all(match[2] == "." for match in matches):
        return DateOrder.DAY_FIRST
    is_day_first = any(int(match[1]) > len(_MONTHS) for match in matches)
    is_month_first = any(int(match[3]) > len(_MONTHS) for match in matches)
    if is_day_first == is_month_first:
        raise Ambiguous(
            f"{matches[0][0]} may have the month or the day first: say which with --dates mdy or --dates dmy"
        )
    return DateOrder.DAY_FIRST if is_day_first else DateOrder.MONTH_FIRST


def of_epoch(text: str) -> str:
    """A count since 1970 in seconds, or by its digits in ms, µs or ns."""
    return _of_count(text, None)


def _of_epochs_like(texts: Sequence[str]) -> ToIso:
    """For counts of which some are too near to 1970, or before it, to tell the unit: it is that of the longest."""
    digits = max((_digits(text) for text in texts if _EPOCH.fullmatch(text)), default=0)
    per_second = _PER_SECOND.get(digits)
    return lambda text: _of_count(text, per_second)


def _digits(text: str) -> int:
    whole = str(int(Decimal(text))) if "e" in text.lower() else text.partition(".")[0]
    return len(whole.lstrip("-"))


def _of_count(text: str, else_per_second: int | None) -> str:
    if _COUNT.fullmatch(text) is None:
        return text
    per_second = _PER_SECOND.get(_digits(text), else_per_second)
    if per_second is None:
        return text
    micros = int(text) * _MICRO // per_second if text.isdecimal() else int(Decimal(text) * _MICRO / per_second)
    try:
        return (_EPOCH_START + timedelta(microseconds=micros)).isoformat() + "Z"
    except OverflowError:
        return text


def _of_stuck(text: str) -> str:
    match = _STUCK.fullmatch(text)
    return text if match is None else _of_year_first(f"{match[1]} {match[2]}")


def _of_year_first(text: str) -> str:
    match = _YEAR_FIRST.fullmatch(text)
    if match is None:
        return text
    year, _, separated, stuck, day, *clock = match.groups()
    return _iso(text, year, separated or stuck, day, clock)


def _of_year_last(text: str, order: DateOrder) -> str:
    match = _YEAR_LAST.fullmatch(text)
    if match is None:
        return text
    first, _, second, year, *clock = match.groups()
    day, month = (first, second) if order is DateOrder.DAY_FIRST else (second, first)
    return _iso(text, year, month, day, clock)


def _of_month_named(text: str) -> str:
    match = _MONTH_NAMED.fullmatch(text)
    if match is None:
        return text
    month_1, day_1, year_1, day_2, month_2, year_2, *clock = match.groups()
    name = (month_1 or month_2)[:3].casefold()
    if name not in _MONTHS:
        return text
    return _iso(text, year_1 or year_2, str(_MONTHS.index(name) + 1), day_1 or day_2, clock)


def _iso(text: str, year: str, month: str, day: str, clock: Sequence[str | None]) -> str:
    if len(year) < _DIGITS_OF_A_YEAR:
        year = f"{'19' if int(year) >= _FIRST_SHORT_YEAR else '20'}{year}"
    date = f"{year}-{month:>02}-{day:>02}"
    hour, minute, second, fraction, half, offset = clock
    if hour is None:
        return date
    if half is not None:
        if not 1 <= int(hour) <= 12:
            return text
        hour = str(int(hour) % 12 + (12 if half in "Pp" else 0))
    seconds = f"{second or '00'}" + (f".{fraction}" if fraction else "")
    return f"{date}T{hour:>02}:{minute}:{seconds}{offset or ''}"


def since_midnight_of(day: datetime) -> ToIso:
    """For times that are milliseconds since the midnight of a day."""

    def to_iso(text: str) -> str:
        if not text.isdecimal() or len(text) > 8:
            return text
        return (day + timedelta(milliseconds=int(text))).isoformat()

    return to_iso
