"""Figures of bars by how they are written, each read and checked once: files repeat their prices all the time."""

import re
from collections.abc import Sequence
from decimal import Decimal
from typing import TypeVar

from domain.money import plain
from domain.notation import read_number, to_8_places
from domain.validation import require_price, require_volume

MISSING = frozenset({"", "nan", "null"})
"""How a figure that is not there is written, in small letters."""

FigureTexts = tuple[Sequence[str], Sequence[str], Sequence[str], Sequence[str], Sequence[str]]
"""Opens, highs, lows, closes and volumes, as they are written; a volume may be missing."""

FigureColumns = tuple[
    Sequence[Decimal], Sequence[Decimal], Sequence[Decimal], Sequence[Decimal], Sequence[Decimal | None]
]
"""Opens, highs, lows, closes and volumes, as they are read."""

_Figure = TypeVar("_Figure")

_MOST_KNOWN = 20_000
_USUAL = re.compile(r"[0-9]{1,10}(?:\.[0-9]{1,8})?")


class KnownPrices(dict[str, Decimal]):
    """Prices by their text, as a bar may have them, without zeros at their end. Raises Invalid for what is none."""

    def __missing__(self, text: str) -> Decimal:
        price = _usual(text)
        if not price:
            price = _without_zeros(read_number("price", text.strip()))
            require_price("price", price)
        return _kept(self, text, price)


class KnownVolumes(dict[str, Decimal | None]):
    """Volumes by their text, None where that says that it is missing. Raises Invalid for what is none."""

    def __missing__(self, text: str) -> Decimal | None:
        volume = _usual(text)
        if volume is None and text.strip().casefold() not in MISSING:
            volume = _without_zeros(read_number("volume", text.strip()))
            require_volume("volume", volume)
        return _kept(self, text, volume)


class KnownFigures:
    """Figures by how they are written, in every column of a file."""

    def __init__(self) -> None:
        self.prices = KnownPrices()
        self.volumes = KnownVolumes()

    def columns(self, texts: FigureTexts) -> FigureColumns:
        """The figures of columns. Raises Invalid for what is none."""
        price_of, volume_of = self.prices.__getitem__, self.volumes.__getitem__
        opens, highs, lows, closes = (list(map(price_of, column)) for column in texts[:4])
        return opens, highs, lows, closes, list(map(volume_of, texts[4]))


def texts_of(columns: FigureColumns) -> FigureTexts:
    """Figures as they could be written."""
    opens, highs, lows, closes = (list(map(plain, column)) for column in columns[:4])
    return opens, highs, lows, closes, ["" if volume is None else plain(volume) for volume in columns[4]]


def _usual(text: str) -> Decimal | None:
    """A figure in the form of most, which keeps it within what the desk can hold; None of any other."""
    if _USUAL.fullmatch(text) is None:
        return None
    return Decimal(text.rstrip("0").rstrip(".") if "." in text else text)


def _without_zeros(number: Decimal) -> Decimal:
    return Decimal(plain(to_8_places(number)))


def _kept(known: dict[str, _Figure], text: str, figure: _Figure) -> _Figure:
    if len(known) >= _MOST_KNOWN:
        known.clear()
    known[text] = figure
    return figure
