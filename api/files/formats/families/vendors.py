"""Vendors of market data."""

import re

from api.choices import DateOrder
from api.files.formats.dialect import Dialect

_STOOQ_PERIODS = {"1": "1m", "5": "5m", "60": "1h", "D": "1d", "W": "1w", "M": "1mo"}
_DUKASCOPY_NAME = re.compile(r"(?P<symbol>[A-Z0-9.]+)_Candlestick_.+\.\w+")
_DATABENTO_TYPES = {"32": "1s", "33": "1m", "34": "1h", "35": "1d"}

DIALECTS = (
    Dialect(
        "yahoo",
        "Yahoo",
        titles=frozenset({"date", "open", "high", "low", "close", "adjclose", "volume"}),
        left_out="Adj Close",
    ),
    *(
        Dialect(
            "yfinance",
            "yfinance",
            titles=frozenset({"open", "high", "low", "close", "dividends", "stocksplits"} | adjusted),
            left_out=left_out,
        )
        for adjusted, left_out in (
            (set[str](), "dividends and splits, which are no bars"),
            ({"date", "adjclose", "volume"}, "Adj Close, dividends and splits, which are no bars"),
        )
    ),
    Dialect(
        "tiingo",
        "Tiingo",
        titles=frozenset({"date", "open", "high", "low", "close", "adjopen", "adjclose", "divcash", "splitfactor"}),
        left_out="adjusted figures, dividends and splits, which are no bars",
    ),
    *(
        Dialect(
            "dukascopy",
            "Dukascopy",
            titles=frozenset({title, "open", "high", "low", "close", "volume"}),
            zone=zone,
            dates=DateOrder.DAY_FIRST,
            file_name=_DUKASCOPY_NAME,
        )
        for title, zone in (("gmttime", "UTC"), ("localtime", None))
    ),
    Dialect(
        "stooq",
        "stooq",
        titles=frozenset({"ticker", "per", "date", "time", "open", "high", "low", "close", "vol"}),
        interval_column="per",
        intervals=_STOOQ_PERIODS,
    ),
    Dialect(
        "alpaca",
        "Alpaca",
        titles=frozenset({"timestamp", "open", "high", "low", "close", "tradecount", "vwap"}),
    ),
    Dialect(
        "polygon",
        "Polygon",
        titles=frozenset({"ticker", "open", "high", "low", "close", "windowstart"}),
        columns={"start": "windowstart"},
    ),
    Dialect(
        "databento",
        "Databento",
        titles=frozenset({"tsevent", "rtype", "instrumentid", "open", "high", "low", "close"}),
        columns={"start": "tsevent"},
        places=9,
        whole_only=True,
        interval_column="rtype",
        intervals=_DATABENTO_TYPES,
    ),
    Dialect(
        "nasdaq",
        "Nasdaq.com",
        titles=frozenset({"date", "close/last", "volume", "open", "high", "low"}),
        columns={"close": "close/last"},
        dates=DateOrder.MONTH_FIRST,
    ),
    Dialect(
        "investing",
        "Investing.com",
        titles=frozenset({"date", "price", "open", "high", "low", "change%"}),
        columns={"close": "price"},
    ),
)
