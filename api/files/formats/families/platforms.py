"""Trading platforms, and the broker whose interface libraries record."""

import re

from api.choices import DateOrder, Stamp
from api.files.formats.dialect import BARE_COLUMNS, CLOCK, DATE, FIGURE, PRICES, Dialect

_COMPACT = rf"{DATE}(?: \d{{6}})?"
_HISTDATA = re.compile(r"DAT_(?:ASCII|MT)_(?P<symbol>[A-Z]{6})_(?P<interval>M1)_\d{4,6}\.\w+")

DIALECTS = (
    Dialect(
        "tradingview",
        "TradingView",
        titles=frozenset({"time", "open", "high", "low", "close", "volumema"}),
    ),
    Dialect(
        "histdata",
        "HistData",
        shape=(rf"{DATE} \d{{6}}", *PRICES, r"0"),
        delimiter=";",
        columns=BARE_COLUMNS,
        zone="Etc/GMT+5",
        zero_is_unknown=True,
        intervals={"M1": "1m"},
        file_name=_HISTDATA,
    ),
    Dialect(
        "ninjatrader",
        "NinjaTrader",
        shape=(_COMPACT, *PRICES, FIGURE),
        delimiter=";",
        columns=BARE_COLUMNS,
        stamp=None,
    ),
    Dialect(
        "tradestation",
        "TradeStation",
        titles=frozenset({"date", "time", "open", "high", "low", "close", "up", "down"}),
        columns={"volume": "up", "added": "down"},
        dates=DateOrder.MONTH_FIRST,
        stamp=Stamp.END,
    ),
    Dialect(
        "tradestation",
        "TradeStation",
        titles=frozenset({"date", "time", "open", "high", "low", "close", "vol", "oi"}),
        dates=DateOrder.MONTH_FIRST,
        stamp=Stamp.END,
    ),
    Dialect(
        "interactivebrokers",
        "Interactive Brokers",
        titles=frozenset({"date", "open", "high", "low", "close", "average", "barcount"}),
    ),
    Dialect(
        "interactivebrokers",
        "Interactive Brokers",
        shape=(rf"{DATE}(?:[ -]+{CLOCK}(?: [A-Za-z_/]+)?)?", *PRICES, FIGURE, FIGURE, r"\d+"),
        columns=BARE_COLUMNS,
    ),
)
