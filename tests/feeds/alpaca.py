"""Alpaca on this machine: docs.alpaca.markets, "Historical stock data" and "Real-time stock data"."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket

from domain.market.bar import Bar
from tests.feeds.markets import ToyMarket, figure, hold, with_numbers

NEW_YORK = ZoneInfo("America/New_York")
KEY, SECRET = "toy-key", "toy-secret"
PAGE = 100


def alpaca(market: ToyMarket) -> Starlette:
    """Alpaca's market data of stocks and its trading clock; pages of history are short."""

    async def bars(request: Request) -> Response:
        if (request.headers.get("apca-api-key-id"), request.headers.get("apca-api-secret-key")) != (KEY, SECRET):
            return JSONResponse({"message": "forbidden."}, status_code=403)
        assert request.query_params["adjustment"] == "raw"
        symbol, begin = request.query_params["symbols"], datetime.fromisoformat(request.query_params["start"])
        offset = int(request.query_params.get("page_token", 0))
        found = [bar for bar in market.bars(symbol) if bar.start >= begin]
        token = str(offset + PAGE) if offset + PAGE < len(found) else None
        rows = [row_of(bar) for bar in found[offset : offset + PAGE]]
        return market.answer({"bars": {symbol: rows}, "next_page_token": token})

    async def clock(request: Request) -> Response:
        closes, opens = market.break_in_trading
        is_open = not closes <= market.now < opens
        hours = {"timestamp": market.now, "next_close": closes, "next_open": opens}
        told = {name: time.astimezone(NEW_YORK).isoformat() for name, time in hours.items()}
        return market.answer({"is_open": is_open, **told})

    async def stream(socket: WebSocket) -> None:
        await socket.accept()
        await socket.send_json([{"T": "success", "msg": "connected"}])
        login = await socket.receive_json()
        if login != {"action": "auth", "key": KEY, "secret": SECRET}:
            await socket.send_json([{"T": "error", "code": 402, "msg": "auth failed"}])
            return
        await socket.send_json([{"T": "success", "msg": "authenticated"}])
        asked = await socket.receive_json()
        assert asked.pop("action") == "subscribe"
        await socket.send_json([{"T": "subscription", **asked}])
        await hold(socket, market, messages, streams=asked)

    def messages(happened: Any, followed: set[str]) -> Iterator[Any]:
        if not isinstance(happened, int):
            yield happened
        elif happened not in market.missing:
            bars = [market.bar(name, happened) for name in market.symbols]
            yield with_numbers([{"T": "b", "S": bar.symbol, **row_of(bar)} for bar in bars])

    return Starlette(
        routes=[
            Route("/v2/stocks/bars", bars),
            Route("/v2/clock", clock),
            WebSocketRoute("/v2/iex", stream),
        ]
    )


def row_of(bar: Bar) -> dict[str, str]:
    """A bar as Alpaca tells it, for `with_numbers`."""
    time = bar.start.isoformat().replace("+00:00", "Z")
    prices = {"o": bar.open, "h": bar.high, "l": bar.low, "c": bar.close, "v": bar.volume}
    return {"t": time, **{key: figure(number) for key, number in prices.items()}}
