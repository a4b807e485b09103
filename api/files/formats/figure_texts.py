"""Figures as programs write them, made into plain decimals, digit by digit."""

import re
from collections.abc import Callable, Iterable
from functools import lru_cache

from api.choices import DecimalMark
from api.files.formats.ambiguous import Ambiguous
from api.files.known_figures import MISSING
from domain.money import plain, total
from domain.notation import read_number
from domain.validation import Invalid

ToPlain = Callable[[str], str]
"""Makes a plain decimal of a text; what is of another form it leaves as it is, to be refused in its own row."""

_PLAIN = re.compile(r"[+-]?\d+(?:\.\d+)?(?:[eE][+-]?\d{1,3})?")
_MOST_KNOWN = 20_000
_POWERS = {"K": 3, "M": 6, "B": 9, "T": 12}
_SUFFIXED = re.compile(r"(\d+)(?:\.(\d+))?([KMBT])", re.IGNORECASE)
_SPACES = str.maketrans("", "", " \N{NO-BREAK SPACE}\N{NARROW NO-BREAK SPACE}'_$€£")
_GROUPED = {
    ".": re.compile(r"[+-]?\d{1,3}(?:,\d{3})+(?:\.\d+)?[KMBTkmbt]?"),
    ",": re.compile(r"[+-]?\d{1,3}(?:\.\d{3})+(?:,\d+)?[KMBTkmbt]?"),
}
_MAY_BE_EITHER = re.compile(r"[1-9]\d{0,2},\d{3}")
_SIGNS = frozenset({"-", "--", "n/a", "na", "<na>", "none", "#n/a"})


def figure_form(
    texts: Iterable[str], mark: DecimalMark | None, places: int = 0, *, points_may_group: bool = False
) -> ToPlain | None:
    """What makes figures plain of which these are the first; None where they are. Raises Ambiguous.

    Where `points_may_group`, as in files from where commas are those of decimals, `1.234` may be a thousand.
    """
    known = [text for text in texts if text.casefold() not in MISSING]
    odd = any(_PLAIN.fullmatch(text) is None for text in known)
    if mark is None and (odd or points_may_group):
        mark = _mark_of(known, points_may_group=points_may_group)
    if not odd and not places and mark is not DecimalMark.COMMA:
        return None
    return _to_plain(is_comma=mark is DecimalMark.COMMA, places=places)


def _mark_of(texts: Iterable[str], *, points_may_group: bool) -> DecimalMark:
    bare = [text.translate(_SPACES).rstrip("KMBTkmbt") for text in texts]
    with_comma = [text for text in bare if "," in text]
    if not with_comma:
        with_point = [text for text in bare if "." in text] if points_may_group else []
        if with_point and all(_may_be_grouped(text) for text in with_point):
            raise _either("point", with_point[0])
        return DecimalMark.POINT
    is_comma = any(_has_decimal_comma(text) for text in with_comma)
    is_point = any(_has_decimal_point(text) for text in bare)
    if is_comma == is_point:
        raise _either("comma", with_comma[0])
    return DecimalMark.COMMA if is_comma else DecimalMark.POINT


def _either(mark: str, text: str) -> Ambiguous:
    return Ambiguous(
        f"the {mark} of {text} may be that of decimals or of thousands: say which with --decimal comma or "
        "--decimal point"
    )


def _may_be_grouped(text: str) -> bool:
    return _MAY_BE_EITHER.fullmatch(text.replace(".", ",")) is not None


def _has_decimal_comma(text: str) -> bool:
    if text.count(",") > 1:
        return False
    if "." in text:
        return text.rindex(",") > text.rindex(".")
    return _MAY_BE_EITHER.fullmatch(text) is None


def _has_decimal_point(text: str) -> bool:
    if "," in text:
        return text.rindex(".") > text.rindex(",") if "." in text else text.count(",") > 1
    return text.count(".") == 1 and not _may_be_grouped(text)


def _to_plain(*, is_comma: bool, places: int) -> ToPlain:
    mark, other = (",", ".") if is_comma else (".", ",")

    def to_plain(text: str) -> str:
        bare = text.translate(_SPACES) if text.strip() else ""
        if bare.casefold() in MISSING or bare.casefold() in _SIGNS:
            return ""
        if other in bare:
            if _GROUPED[mark].fullmatch(bare) is None:
                return text
            bare = bare.replace(other, "")
        if is_comma:
            bare = bare.replace(",", ".")
        return _shifted(_without_suffix(bare.removeprefix("+")), places)

    return lru_cache(_MOST_KNOWN)(to_plain)


def _without_suffix(text: str) -> str:
    """The number that a K, M, B or T at its end makes, to the digit."""
    match = _SUFFIXED.fullmatch(text)
    if match is None:
        return text
    whole, fraction, suffix = match.groups()
    return f"{whole}{fraction or ''}e{_POWERS[suffix.upper()] - len(fraction or '')}"


def _shifted(text: str, places: int) -> str:
    """A whole number of the smallest unit of so many places."""
    return f"{text}e-{places}" if places and text.isdecimal() else text


def added(first: str, second: str) -> str:
    """The sum of two plain figures, to the digit; missing if one is. What is no figure is left to be refused."""
    if first.casefold() in MISSING or second.casefold() in MISSING:
        return ""
    try:
        return plain(total((read_number("volume", first), read_number("volume", second))))
    except Invalid:
        return f"{first} + {second}"


TO_PLAIN: ToPlain = _to_plain(is_comma=False, places=0)
"""Makes figures with a decimal point plain."""
