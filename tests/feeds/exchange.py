"""Binance on this machine, in a thread of its own, for programs that are told its address."""

import asyncio
from collections.abc import Iterator, Sequence
from concurrent.futures import Future
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from threading import Thread

from tests.feeds.binance import binance
from tests.feeds.markets import MINUTE, ToyMarket, served

_HOUR = 60
_SECONDS_A_MINUTE = 2


@contextmanager
def exchange(symbols: Sequence[str]) -> Iterator[str]:
    """An exchange that opened two hours ago by its clock, which is an hour behind, and fast; its address."""
    address, end = Future[str](), asyncio.Event()
    loop = asyncio.new_event_loop()
    thread = Thread(target=loop.run_until_complete, args=(_play(symbols, address, end),))
    thread.start()
    try:
        yield address.result()
    finally:
        loop.call_soon_threadsafe(end.set)
        thread.join()
        loop.close()


async def _play(symbols: Sequence[str], address: "Future[str]", end: asyncio.Event) -> None:
    now = datetime.now(UTC).replace(second=0, microsecond=0)
    market = ToyMarket(symbols, now - 2 * _HOUR * MINUTE)
    market.pass_time(_HOUR)
    async with served(binance(market)) as found:
        address.set_result(found)
        while not end.is_set():
            with suppress(TimeoutError):
                await asyncio.wait_for(end.wait(), _SECONDS_A_MINUTE)
            if len(market.followed) == 2 * len(symbols):
                market.pass_time()
