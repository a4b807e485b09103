"""Spans of time as exact numbers and in words."""

from datetime import timedelta
from decimal import Decimal

from domain.money import ZERO, plain, quotient

DAY_IN_SECONDS = 86_400

_MICROSECOND = timedelta(microseconds=1)
_UNITS = (("year", 365 * DAY_IN_SECONDS), ("day", DAY_IN_SECONDS), ("hour", 3_600), ("minute", 60), ("second", 1))


def seconds(span: timedelta) -> Decimal:
    """A span in seconds, exactly."""
    return Decimal(span.days * DAY_IN_SECONDS + span.seconds) + Decimal(span.microseconds).scaleb(-6)


def days(span: timedelta) -> Decimal:
    """A span in days of 24 hours, unrounded."""
    return quotient(ZERO + span // _MICROSECOND, ZERO + timedelta(days=1) // _MICROSECOND)


def shown_span(span: timedelta) -> str:
    """A span, not negative, as people say it: in its two largest units, so "2 years" or "1 day 1 second"."""
    left = seconds(span)
    words: list[str] = []
    for unit, length in _UNITS:
        count, left = divmod(left, length) if length > 1 else (left, ZERO)
        if count and len(words) < 2:
            words.append(f"{plain(count)} {unit}{'' if count == 1 else 's'}")
    return " ".join(words) or "0 seconds"
