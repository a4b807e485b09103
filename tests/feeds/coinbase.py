"""Coinbase on this machine: docs.cdp.coinbase.com, "Get product candles" and "Ticker channel".

Its socket tells trades and no bars. Over HTTP the newest bar comes first, prices are low, high, open, close, and what
spans more than 300 bars is refused.
"""

from collections.abc import Iterator
from datetime import datetime
from functools import partial
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket

from domain.market.bar import Bar
from domain.money import plain
from tests.feeds.markets import MINUTE, Answer, ToyMarket, figure, forming, hold, milliseconds

MOST = 300


def coinbase(market: ToyMarket) -> Starlette:
    """Coinbase's exchange, with the bar that is forming among its candles."""

    async def currencies(request: Request) -> Response:
        return market.answer([])

    async def products(request: Request) -> Response:
        return market.answer([{"id": _product(symbol), "status": "online"} for symbol in market.symbols])

    async def time(request: Request) -> Response:
        return market.answer({"iso": market.now.isoformat(), "epoch": milliseconds(market.now) / 1000})

    async def candles(request: Request) -> Response:
        begin, end = (datetime.fromisoformat(request.query_params[name]) for name in ("start", "end"))
        if end - begin >= MOST * MINUTE:
            return JSONResponse({"message": "granularity too small for the requested time range"}, status_code=400)
        symbol = _symbol(market, request.path_params["product"])
        bars = [*market.bars(symbol), forming(market, symbol)]
        return market.answer([_candle(bar) for bar in reversed(bars) if begin <= bar.start <= end])

    async def stream(socket: WebSocket) -> None:
        await socket.accept()
        await hold(socket, market, partial(_messages, market), _asked)

    return Starlette(
        routes=[
            Route("/currencies", currencies),
            Route("/products", products),
            Route("/time", time),
            Route("/products/{product}/candles", candles),
            WebSocketRoute("/", stream),
        ]
    )


def _asked(received: Any) -> Answer:
    channels = [{"name": name, "product_ids": received["product_ids"]} for name in received["channels"]]
    return {"type": "subscriptions", "channels": channels}, received["product_ids"]


def _messages(market: ToyMarket, happened: Any, followed: set[str]) -> Iterator[Any]:
    if not isinstance(happened, int):
        yield happened
        return
    for product in sorted(followed):
        bar = market.bar(_symbol(market, product), happened)
        time = f"{bar.end:%Y-%m-%dT%H:%M:%S}.001000Z"
        yield {"type": "ticker", "product_id": product, "price": plain(bar.close), "time": time}


def _product(symbol: str) -> str:
    return symbol.replace("/", "-")


def _symbol(market: ToyMarket, product: str) -> str:
    return next(symbol for symbol in market.symbols if _product(symbol) == product)


def _candle(bar: Bar) -> list[object]:
    figures = (bar.low, bar.high, bar.open, bar.close, bar.volume)
    return [milliseconds(bar.start) // 1000, *(figure(number) for number in figures)]
