"""LEAN: shares in ten-thousandths and New York's time, anything else in its own prices and UTC.

Its rows look alike, and like those of others: only its folders and file names tell them apart.
"""

import re
from collections.abc import Mapping

from api.files.formats.dialect import BARE_COLUMNS, CLOCK, DATE, FIGURE, Dialect

_NAME = re.compile(
    r"(?P<day>\d{8})_(?P<symbol>[A-Za-z0-9.]+)_(?P<interval>second|minute)_(?:trade|quote)\.csv"
    r"|(?P<other>[A-Za-z0-9.]+)\.csv"
)
_INTERVALS = {"second": "1s", "minute": "1m"}
_TIME = rf"{DATE} {CLOCK}|\d{{1,8}}"
_WHOLE, _OF_DECIMALS, _EITHER = r"\d+", r"\d+\.\d+", r"\d+(?:\.\d+)?"

_OF_A_MARKET = r".*/{kind}/[A-Za-z0-9]+/(?:second|minute|hour|daily)/.*"
_SHARES = re.compile(_OF_A_MARKET.format(kind="equity"))
_OTHERS = re.compile(_OF_A_MARKET.format(kind="(?:crypto|cryptofuture|forex|cfd)"))
_OF_A_DAY = re.compile(r".*/\d{8}_[A-Za-z0-9.]+_(?:second|minute)_trade\.csv")

_WHICH = (
    "the rows may be LEAN's: say which with --format lean-equity, in ten-thousandths and New York's time, or --format "
    "lean-crypto, unscaled and in UTC; or name the columns with --columns, as in time=1,open=2,high=3,low=4,close=5"
)
_SIDES = (
    "LEAN: its rows hold bids and asks, of shares or of anything else: say which to take with --format "
    "lean-equity-bid, lean-equity-ask, lean-crypto-bid or lean-crypto-ask"
)
_BID: Mapping[str, str | int] = {"start": 0, "open": 1, "high": 2, "low": 3, "close": 4}
_ASK: Mapping[str, str | int] = {"start": 0, "open": 6, "high": 7, "low": 8, "close": 9}
_SCALED, _UNSCALED = ("America/New_York", 4), ("UTC", 0)


def _trades(name: str, title: str, price: str, scale: tuple[str, int], told_by: re.Pattern[str]) -> Dialect:
    return Dialect(
        name,
        title,
        shape=(_TIME, *(price,) * 4, FIGURE),
        columns=BARE_COLUMNS,
        zone=scale[0],
        places=scale[1],
        intervals=_INTERVALS,
        file_name=_NAME,
        one_of=_WHICH,
        told_by=told_by,
    )


def _quotes(name: str, title: str, columns: Mapping[str, str | int], scale: tuple[str, int]) -> Dialect:
    """One side of bars of quotes."""
    side = (*(f"{_EITHER}|",) * 4, rf"{FIGURE}|")
    return Dialect(
        name,
        title,
        shape=(_TIME, *side, *side),
        columns=columns,
        zone=scale[0],
        places=scale[1],
        intervals=_INTERVALS,
        file_name=_NAME,
        left_out="sizes, which are no volume",
        one_of=_SIDES,
    )


DIALECTS = (
    _trades("lean-equity", "LEAN, shares", _WHOLE, _SCALED, _SHARES),
    _trades("lean-crypto", "LEAN, unscaled", _EITHER, _UNSCALED, _OTHERS),
    _trades("lean-crypto", "LEAN, unscaled", _OF_DECIMALS, _UNSCALED, _OF_A_DAY),
    _quotes("lean-equity-bid", "LEAN, bids of shares", _BID, _SCALED),
    _quotes("lean-equity-ask", "LEAN, asks of shares", _ASK, _SCALED),
    _quotes("lean-crypto-bid", "LEAN, unscaled bids", _BID, _UNSCALED),
    _quotes("lean-crypto-ask", "LEAN, unscaled asks", _ASK, _UNSCALED),
)
