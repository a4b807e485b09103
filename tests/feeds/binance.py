"""Binance on this machine: github.com/binance/binance-spot-api-docs, "rest-api.md" and "web-socket-streams.md"."""

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
from tests.feeds.markets import Answer, ToyMarket, forming, hold, milliseconds


def binance(market: ToyMarket) -> Starlette:
    """Binance's spot market, with the bar that is forming in all that it tells."""

    async def information(request: Request) -> Response:
        return market.answer({"symbols": [_binance_symbol(name) for name in market.symbols]})

    async def no_futures(request: Request) -> Response:
        return market.dated({"symbols": []})

    async def time(request: Request) -> Response:
        return market.dated({"serverTime": milliseconds(market.now)})

    async def klines(request: Request) -> Response:
        symbol = _named(market, request.query_params["symbol"])
        begin, limit = int(request.query_params["startTime"]), int(request.query_params["limit"])
        bars = [*market.bars(symbol), forming(market, symbol)]
        return market.answer([_kline(bar) for bar in bars if milliseconds(bar.start) >= begin][:limit])

    async def stream(socket: WebSocket) -> None:
        await socket.accept()
        await hold(socket, market, partial(_messages, market), _asked)

    return Starlette(
        routes=[
            Route("/api/v3/exchangeInfo", information),
            Route("/fapi/v1/exchangeInfo", no_futures),
            Route("/dapi/v1/exchangeInfo", no_futures),
            Route("/api/v3/time", time),
            Route("/api/v3/klines", klines),
            WebSocketRoute("/stream/ws/{number}", stream),
        ]
    )


def _asked(received: Any) -> Answer:
    return {"result": None, "id": received["id"]}, received["params"]


def _messages(market: ToyMarket, happened: Any, followed: set[str]) -> Iterator[Any]:
    if not isinstance(happened, int):
        yield happened
        return
    for name in sorted(followed):
        symbol, _, kind = name.partition("@")
        bar = market.bar(_named(market, symbol.upper()), happened)
        if kind.startswith("kline"):
            yield _kline_event(forming(market, bar.symbol), market.now)
        else:
            told = milliseconds(bar.end) + 1
            yield {"e": "24hrTicker", "E": told, "s": symbol.upper(), "c": plain(bar.close)}


def _named(market: ToyMarket, plain_name: str) -> str:
    return next(name for name in market.symbols if name.replace("/", "") == plain_name)


def _kline(bar: Bar) -> list[object]:
    figures = [plain(number) for number in (bar.open, bar.high, bar.low, bar.close, bar.volume or Decimal(0))]
    return [milliseconds(bar.start), *figures, milliseconds(bar.end) - 1, "0", 1, "0", "0", "0"]


def _kline_event(bar: Bar, now: datetime) -> dict[str, object]:
    start, opened, high, low, close, volume, end, *_rest = _kline(bar)
    kline = {"t": start, "T": end, "s": bar.symbol.replace("/", ""), "i": "1m", "o": opened, "c": close, "h": high}
    kline |= {"l": low, "v": volume, "x": False}
    return {"e": "kline", "E": milliseconds(now), "s": bar.symbol.replace("/", ""), "k": kline}


def _binance_symbol(name: str) -> dict[str, object]:
    base, quote = name.split("/")
    return {
        "symbol": base + quote,
        "status": "TRADING",
        "baseAsset": base,
        "quoteAsset": quote,
        "baseAssetPrecision": 8,
        "quotePrecision": 8,
        "isSpotTradingAllowed": True,
        "permissions": ["SPOT"],
        "orderTypes": ["LIMIT", "MARKET"],
        "filters": [],
    }
