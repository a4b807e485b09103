"""A day of a live feed in compressed time: what it costs in memory, and how long a closed bar is on its way.

Run as `python -m tests.benchmarks.feed [MINUTES]`: a market on this machine sends minutes of ten symbols to a server
that is fed from it, is lost every hour, and a subscriber waits for each minute. Prints what the server holds every two
hours, and how long it took from the close of a bar to its event.
"""

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from contextlib import ExitStack, asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

from rich.console import Console
from websockets.asyncio.client import ClientConnection, connect

from api.client import DeskClient
from tests.benchmarks.measure import resident_mebibytes
from tests.faults.followers import PROTOCOL
from tests.feeds.alpaca import KEY, SECRET, alpaca
from tests.feeds.markets import MINUTE, OPENING, ToyMarket, served
from tests.feeds.stored_bars import stored
from tests.processes import Server, serving, until

SYMBOLS = [f"SYM{letter}" for letter in "ABCDEFGHIJ"]
CREDENTIALS = {"APCA_API_KEY_ID": KEY, "APCA_API_SECRET_KEY": SECRET}
WATCHED = SYMBOLS[-1]
QUERY = f'subscription {{ quoteEvents(symbols: ["{WATCHED}"]) {{ time }} }}'


@asynccontextmanager
async def subscribed(url: str) -> AsyncIterator[ClientConnection]:
    """A subscription to the last price of the watched symbol."""
    async with connect(url.replace("http", "ws", 1), subprotocols=[PROTOCOL]) as socket:
        await socket.send(json.dumps({"type": "connection_init"}))
        await socket.recv()
        await socket.send(json.dumps({"id": "1", "type": "subscribe", "payload": {"query": QUERY}}))
        yield socket


async def event_of(socket: ClientConnection, time: str) -> None:
    """Wait for the event of a time."""
    async for message in socket:
        answer = json.loads(message)
        if answer["type"] == "next" and answer["payload"]["data"]["quoteEvents"]["time"] == time:
            return


async def soak(minutes: int, folder: Path, console: Console) -> None:
    """Feed a server for so many minutes of the market, and print how it fares."""
    toy, delays = ToyMarket(SYMBOLS), list[float]()
    async with served(alpaca(toy)) as address:
        words = f"alpaca symbols={','.join(SYMBOLS)} data=http://{address} trading=http://{address} quotes=0"
        feed = f"{words} stream=ws://{address} since={OPENING.isoformat()}"
        with ExitStack() as stack:

            def start() -> Server:
                return stack.enter_context(serving("--feed", feed, folder=folder, environment=CREDENTIALS))

            desk = await asyncio.to_thread(start)
            async with subscribed(desk.url) as socket:
                for minute in range(minutes):
                    if minute % 60 == 0:
                        toy.drop()
                        await until(lambda: bool(toy.followed), "the feed did not come back")
                    begun = perf_counter()
                    toy.pass_time()
                    await event_of(socket, (OPENING + (minute + 1) * MINUTE).isoformat().replace("+00:00", "Z"))
                    delays.append(1000 * (perf_counter() - begun))
                    if (minute + 1) % 120 == 0:
                        held = resident_mebibytes(desk.process.pid)
                        console.print(f"{minute + 1:5} minutes: {held:.0f} MiB", highlight=False)
            await report(desk, toy, delays, console)


async def report(desk: Server, toy: ToyMarket, delays: list[float], console: Console) -> None:
    """Print what is missing, and the delays."""
    async with DeskClient(desk.url) as client:
        missing = [symbol for symbol in SYMBOLS if await stored(client, symbol) != toy.bars(symbol)]
    count = len(SYMBOLS) * toy.minutes
    console.print(f"{count} bars; symbols of which the desk has others than the market: {missing or 'none'}")
    ordered = sorted(delays)
    console.print(
        f"close of a bar to its event, ms: median {ordered[len(ordered) // 2]:.1f}, "
        f"p99 {ordered[len(ordered) * 99 // 100]:.1f}, most {ordered[-1]:.1f}",
        highlight=False,
    )


if __name__ == "__main__":
    with TemporaryDirectory() as place:
        asyncio.run(soak(int(sys.argv[1]) if len(sys.argv) > 1 else 1440, Path(place), Console()))
