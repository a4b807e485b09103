"""Symbols as TradingView writes them, and as a desk does: NASDAQ:AAPL is AAPL, BINANCE:BTCUSDT.P is BTC/USDT."""

import re
from collections.abc import Mapping

from api.hooks.alert import BadAlert, shown
from domain.instruments import AssetClass
from domain.validation import is_symbol

_CRYPTO = frozenset(
    (
        *(
            "BINANCE",
            "BINANCEUS",
            "BITFINEX",
            "BITGET",
            "BITMEX",
            "BITSTAMP",
            "BYBIT",
            "COINBASE",
            "CRYPTO",
            "CRYPTOCOM",
        ),
        *("GATE", "GATEIO", "GEMINI", "HTX", "HUOBI", "KRAKEN", "KUCOIN", "MEXC", "OKX", "PHEMEX", "POLONIEX"),
    )
)
_FOREX = frozenset(("EIGHTCAP", "FOREXCOM", "FX", "FX_IDC", "ICMARKETS", "OANDA", "PEPPERSTONE", "SAXO"))
_STABLE = ("USDT", "USDC", "FDUSD", "TUSD", "BUSD", "DAI")
_QUOTES = (*_STABLE, "USD", "EUR", "GBP", "JPY", "TRY", "BTC", "ETH", "BNB")
_DELAYED = re.compile(r"_(?:DLY|DL)$")
_PERPETUAL = re.compile(r"\.PS?$")
_PAIR = re.compile(r"[A-Z]{6}")


def desk_symbol(text: str, exchange: str | None, symbols: Mapping[str, str]) -> tuple[str, AssetClass | None]:
    """The desk's name of a ticker, and what class it is of if that shows; `symbols` are names given by hand.

    Raises BadAlert.
    """
    whole = text if ":" in text or exchange is None else f"{exchange}:{text}"
    for name in (text, whole):
        if name in symbols:
            return symbols[name], None
    place, _, ticker = whole.rpartition(":")
    market = _DELAYED.sub("", place)
    symbol, asset_class = _read(market, _DELAYED.sub("", ticker))
    if not is_symbol(symbol):
        raise BadAlert(f"{shown(text)} is no ticker of a desk: tell the hook which symbol it is, with --symbol FROM=TO")
    return symbol, asset_class


def _read(market: str, ticker: str) -> tuple[str, AssetClass | None]:
    plain = _PERPETUAL.sub("", ticker)
    if market in _CRYPTO or plain != ticker:
        return _pair(plain, _QUOTES), AssetClass.CRYPTO
    if not market and (pair := _pair(plain, _STABLE)) != plain:
        return pair, AssetClass.CRYPTO
    is_forex = market in _FOREX and _PAIR.fullmatch(ticker) is not None
    return ticker, AssetClass.FOREX if is_forex else None


def _pair(ticker: str, quotes: tuple[str, ...]) -> str:
    """A pair with its slash; a ticker that ends in none of the quotes stays."""
    for quote in quotes:
        base = ticker.removesuffix(quote)
        if base and base != ticker:
            return f"{base}/{quote}"
    return ticker
