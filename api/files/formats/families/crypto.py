"""Exchanges of crypto currencies, and who collects from them: times since 1970, in UTC."""

import re

from api.files.formats.dialect import BARE_COLUMNS, EPOCH, FIGURE, PRICES, Dialect

_BINANCE_INTERVALS = {
    text: text for text in ("1s", "1m", "3m", "5m", "15m", "30m", "1h", "2h", "4h", "6h", "8h", "12h", "1d", "3d", "1w")
} | {"1mo": "1mo", "1M": "1mo"}
_BINANCE_NAME = re.compile(r"(?P<symbol>[A-Z0-9]+)-(?P<interval>\d+(?:mo|[smhdwM]))-\d{4}-\d{2}(?:-\d{2})?\.\w+")
_KRAKEN_INTERVALS = {"1": "1m", "5": "5m", "15": "15m", "30": "30m", "60": "1h", "240": "4h", "720": "12h"}
_KRAKEN_NAME = re.compile(r"(?P<symbol>[A-Z0-9]+)_(?P<interval>\d+)\.\w+")

DIALECTS = (
    Dialect(
        "binance",
        "Binance klines",
        titles=frozenset({"opentime", "open", "high", "low", "close", "closetime"}),
        zone="UTC",
        intervals=_BINANCE_INTERVALS,
        file_name=_BINANCE_NAME,
    ),
    Dialect(
        "binance",
        "Binance klines",
        shape=(EPOCH, *PRICES, FIGURE, EPOCH, FIGURE, r"\d+", FIGURE, FIGURE, FIGURE),
        columns={**BARE_COLUMNS, "until": 6},
        zone="UTC",
        intervals=_BINANCE_INTERVALS,
        file_name=_BINANCE_NAME,
    ),
    Dialect(
        "kraken",
        "Kraken",
        shape=(r"\d{9,10}", *PRICES, FIGURE, r"\d+"),
        columns=BARE_COLUMNS,
        zone="UTC",
        intervals={**_KRAKEN_INTERVALS, "1440": "1d", "10080": "1w"},
        file_name=_KRAKEN_NAME,
    ),
    Dialect(
        "cryptodatadownload",
        "CryptoDataDownload",
        titles=frozenset({"unix", "date", "symbol", "open", "high", "low", "close"}),
        columns={"start": "unix"},
        zone="UTC",
    ),
)
