"""Kraken on this machine: docs.kraken.com, "Get OHLC Data", and "Candles" and "Ticker" of its WebSocket API v2.

It names its pairs otherwise over HTTP than over its socket, counts in seconds, keeps the newest 720 bars, and its
tickers say no time.
"""

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from functools import partial
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket

from domain.market.bar import Bar
from domain.money import plain
from tests.feeds.markets import Answer, ToyMarket, figure, forming, hold, milliseconds, with_numbers

KEPT = 720


def kraken(market: ToyMarket) -> Starlette:
    """Kraken's spot market, with the bar that is forming in all that it tells."""

    def answer(result: object) -> Response:
        return market.answer({"error": [], "result": result})

    async def assets(request: Request) -> Response:
        names = sorted({part for symbol in market.symbols for part in symbol.split("/")})
        return answer({name: {"aclass": "currency", "altname": name, "decimals": 10} for name in names})

    async def pairs(request: Request) -> Response:
        return answer({_pair(symbol): _market(symbol) for symbol in market.symbols})

    async def time(request: Request) -> Response:
        return answer({"unixtime": milliseconds(market.now) // 1000})

    async def candles(request: Request) -> Response:
        symbol = next(name for name in market.symbols if _pair(name) == request.query_params["pair"])
        after = int(request.query_params["since"])
        bars = [*market.bars(symbol), forming(market, symbol)][-KEPT:]
        rows = [row for bar in bars if (row := _row(bar))[0] > after]
        return answer({_pair(symbol): rows, "last": rows[-2][0] if len(rows) > 1 else after})

    async def stream(socket: WebSocket) -> None:
        await socket.accept()
        await hold(socket, market, partial(_messages, market), _asked)

    return Starlette(
        routes=[
            Route("/0/public/Assets", assets),
            Route("/0/public/AssetPairs", pairs),
            Route("/0/public/Time", time),
            Route("/0/public/OHLC", candles),
            WebSocketRoute("/v2", stream),
        ]
    )


def _asked(received: Any) -> Answer:
    if received["method"] == "ping":
        return {"method": "pong"}, ()
    channel, symbols = received["params"]["channel"], received["params"]["symbol"]
    confirmed = {"method": "subscribe", "success": True, "result": {"channel": channel}}
    return {**confirmed, "req_id": received["req_id"]}, [f"{channel} {symbol}" for symbol in symbols]


def _messages(market: ToyMarket, happened: Any, followed: set[str]) -> Iterator[Any]:
    if not isinstance(happened, int):
        yield happened
        return
    for name in sorted(followed):
        channel, _, symbol = name.partition(" ")
        bar = market.bar(symbol, happened)
        ticker: dict[str, Any] = {"symbol": symbol, "last": figure(bar.close), "vwap": figure(bar.close)}
        data = ticker if channel == "ticker" else _candle(forming(market, symbol), market.now)
        yield with_numbers({"channel": channel, "type": "update", "data": [data]})


def _pair(symbol: str) -> str:
    base, quote = symbol.split("/")
    return f"X{base}Z{quote}"


def _market(symbol: str) -> dict[str, object]:
    base, quote = symbol.split("/")
    names = {"altname": base + quote, "wsname": symbol, "base": base, "quote": quote, "status": "online"}
    return {**names, "pair_decimals": 8, "lot_decimals": 8, "fees": [[0, 0.4]], "fees_maker": [[0, 0.25]]}


def _row(bar: Bar) -> list[Any]:
    figures = (bar.open, bar.high, bar.low, bar.close, bar.close, bar.volume or Decimal(0))
    return [milliseconds(bar.start) // 1000, *(plain(number) for number in figures), 1]


def _candle(bar: Bar, now: datetime) -> dict[str, Any]:
    prices = {"open": bar.open, "high": bar.high, "low": bar.low, "close": bar.close, "volume": bar.volume}
    times = {"interval_begin": f"{bar.start:%Y-%m-%dT%H:%M:%S}.000000000Z", "timestamp": f"{now:%Y-%m-%dT%H:%M:%S}.0Z"}
    return {"symbol": bar.symbol, "interval": 1, **times, **{name: figure(number) for name, number in prices.items()}}
