"""MetaTrader: dates with points, times of the broker's server, which it does not name; ticks, and rarely volume."""

import re

from api.files.formats.dialect import CLOCK, FIGURE, PRICES, Dialect

_PERIODS = {
    **{f"M{minutes}": f"{minutes}m" for minutes in (1, 2, 3, 4, 5, 6, 10, 12, 15, 20, 30)},
    **{f"H{hours}": f"{hours}h" for hours in (1, 2, 3, 4, 6, 8, 12)},
    "Daily": "1d",
    "D1": "1d",
    "Weekly": "1w",
    "W1": "1w",
    "Monthly": "1mo",
    "MN1": "1mo",
}
_NAME_5 = re.compile(r"(?P<symbol>[A-Za-z0-9.#]+)_(?P<interval>[MHDW]\w*?)_\d{12}_\d{12}\.\w+")
_MINUTES = {"1": "1m", "5": "5m", "15": "15m", "30": "30m", "60": "1h", "240": "4h", "1440": "1d", "10080": "1w"}
_NAME_4 = re.compile(r"(?P<symbol>[A-Z]{6})(?P<interval>1|5|15|30|60|240|1440|10080)\.\w+")

DIALECTS = (
    Dialect(
        "metatrader5",
        "MetaTrader 5",
        titles=frozenset({"date", "open", "high", "low", "close", "tickvol", "vol", "spread"}),
        columns={"volume": "vol"},
        zero_is_unknown=True,
        intervals=_PERIODS,
        file_name=_NAME_5,
        left_out="TICKVOL, which counts ticks",
    ),
    Dialect(
        "metatrader4",
        "MetaTrader 4",
        shape=(r"\d{4}\.\d{2}\.\d{2}", CLOCK, *PRICES, FIGURE),
        columns={"start": 0, "clock": 1, "open": 2, "high": 3, "low": 4, "close": 5},
        intervals=_MINUTES,
        file_name=_NAME_4,
        left_out="its volumes, which count ticks",
    ),
)
