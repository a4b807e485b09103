"""The titles of columns: which field each names, in the words that programs use."""

import re
from collections.abc import Mapping, Sequence

from api.files.unusable import UnusableBars

_EPOCHS = ("unix", "unixtime", "unixtimestamp", "epoch", "opentime", "tsevent", "windowstart")
_TIMES = ("timestamp", "datetime", "date/time", "start", "starttime", "gmttime", "localtime", "t")
TITLES: Mapping[str, Sequence[str]] = {
    "open": ("open", "o", "openprice"),
    "high": ("high", "h", "highprice"),
    "low": ("low", "l", "lowprice"),
    "close": ("close", "c", "closeprice", "last"),
    "volume": ("volume", "vol", "v", "totalvolume"),
    "symbol": ("symbol", "ticker", "s"),
    "until": ("closetime",),
}
REQUIRED = ("start", "open", "high", "low", "close")
FIELDS = ("time", "clock", "open", "high", "low", "close", "volume", "symbol")
"""What --columns takes; a time may stand in two, the second of which is its clock."""

_NOISE = re.compile(r"[<>\s_.\-()\"*]")
_CLOCK_CELL = re.compile(r"\d{1,2}:\d{2}.*|\d{3,6}")


def folded(title: str) -> str:
    """A title without what programs put into it for looks."""
    return _NOISE.sub("", title).casefold()


def columns_of(
    line: int, header: Sequence[str], first: Sequence[str], given: Mapping[str, str | int]
) -> dict[str, int]:
    """Where the fields stand by a header, whose first row is known; `given` places count. Raises UnusableBars."""
    titles = [folded(title) for title in header]
    columns = {name: _place(line, header, titles, where) for name, where in given.items()}
    for name, known in TITLES.items():
        places = [place for place, title in enumerate(titles) if title in known]
        if name not in columns and places:
            if len(places) > 1:
                raise _twice(line, name, header, places)
            columns[name] = places[0]
    if "start" not in columns:
        columns |= _start_columns(line, header, titles, first)
    if "volume" not in columns and (volume := _volume_in(titles, first, columns.get("symbol"))) is not None:
        columns["volume"] = volume
    return columns


def _place(line: int, header: Sequence[str], titles: Sequence[str], where: str | int) -> int:
    if isinstance(where, int):
        if not 0 <= where < len(header):
            raise UnusableBars(line, f"there is no column {where + 1}: the row has {len(header)}")
        return where
    exact = [place for place, title in enumerate(header) if title == where]
    places = exact or [place for place, title in enumerate(titles) if title == folded(where)]
    if not places:
        raise UnusableBars(line, f"there is no column {where}: the header has {', '.join(header)[:200]!a}")
    return places[0]


def _start_columns(line: int, header: Sequence[str], titles: Sequence[str], first: Sequence[str]) -> dict[str, int]:
    """The column of the start, or those of its date and its time of day; a nameless first column is an index."""
    for known in (_EPOCHS, _TIMES, ("date", "dtyyyymmdd", "time")):
        places = [place for place, title in enumerate(titles) if title in known]
        if len(places) == 1:
            return {"start": places[0]}
        if places:
            return _date_and_clock(line, header, titles, first, places)
    return {"start": 0} if titles and not titles[0] else {}


def _date_and_clock(
    line: int, header: Sequence[str], titles: Sequence[str], first: Sequence[str], places: Sequence[int]
) -> dict[str, int]:
    is_pair = len(places) == 2 and titles[places[1]] == "time"
    if not is_pair or (len(first) > places[1] and _CLOCK_CELL.fullmatch(first[places[1]]) is None):
        raise _twice(line, "start", header, places)
    return {"start": places[0], "clock": places[1]}


def _twice(line: int, name: str, header: Sequence[str], places: Sequence[int]) -> UnusableBars:
    shown = " and ".join(header[place] for place in places)
    option = "time" if name == "start" else name
    return UnusableBars(
        line, f"the header has two columns for the {name}: {shown}; say which with --columns {option}=NAME"
    )


def _volume_in(titles: Sequence[str], first: Sequence[str], symbol: int | None) -> int | None:
    """A volume in the currency that the symbol begins with, as in `Volume BTC` of BTC/USD."""
    if symbol is None or symbol >= len(first):
        return None
    base = first[symbol].casefold()
    of = [place for place, title in enumerate(titles) if title.startswith("volume")]
    return next((place for place in of if base.startswith(titles[place].removeprefix("volume"))), None)
