"""Thirty-two clients at two servers, and readers between them: every account is consistent at every moment."""

import asyncio
import random
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import httpx

from tests.faults.account_laws import ACCOUNT_FIGURES, check
from tests.faults.fleet import fleet
from tests.faults.random_client import ACCOUNTS, SYMBOLS, RandomClient, RandomMarket, ask
from tests.faults.scale import sized
from tests.processes import papertape

CLIENTS = 32
OPERATIONS = sized(20, 1_600)
"""Of each client."""

READERS = 3
ENABLE = "mutation Enable($account: String!) { enable(input: { account: $account }) { errors { code } } }"
INGEST = "mutation Ingest($input: IngestBarsInput!) { ingestBars(input: $input) { applied } }"


async def read(http: httpx.AsyncClient, urls: list[str], place: int, done: asyncio.Event) -> int:
    """Check one account after another, at one server after another, until the clients are done."""
    turns = [(url, account) for account in ACCOUNTS[place:] + ACCOUNTS[:place] for url in urls]
    reads = 0
    while not done.is_set() or reads < len(turns):
        url, account = turns[reads % len(turns)]
        totals = await ask(http, url, ACCOUNT_FIGURES, account=account)
        check(totals["account"], totals["positions"])
        reads += 1
    return reads


async def trade_concurrently(urls: list[str], counted: Counter[str]) -> None:
    market = RandomMarket(random.Random(1))
    limits = httpx.Limits(max_keepalive_connections=0)  # a server may close a connection just as it is used again
    async with httpx.AsyncClient(timeout=60, limits=limits) as http:
        for account in ACCOUNTS:
            await ask(http, urls[0], ENABLE, account=account)
        await ask(http, urls[0], INGEST, input={"bars": [market.next_bar(symbol) for symbol in SYMBOLS]})
        known: list[tuple[str, str, str | None]] = []
        clients = [RandomClient(http, urls, market, random.Random(seed), counted, known) for seed in range(CLIENTS)]
        done = asyncio.Event()
        async with asyncio.TaskGroup() as tasks:
            readers = [tasks.create_task(read(http, urls, place, done)) for place in range(READERS)]
            async with asyncio.TaskGroup() as working:
                for client in clients:
                    working.create_task(client.run(OPERATIONS))
            done.set()
        counted["reads"] += sum(reader.result() for reader in readers)


async def test_the_books_are_right_at_every_moment_under_concurrent_load(
    postgres_url: str, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    counted: Counter[str] = Counter()
    with fleet(postgres_url, tmp_path, servers=2) as desks:
        await trade_concurrently([place.server.url for place in desks.places], counted)
        verified = await asyncio.to_thread(papertape, "verify", "--database-url", postgres_url, folder=tmp_path)
        await asyncio.to_thread(desks.stop)
    for name, count in sorted(counted.items()):
        record_property(name, count)
    operations = sum(count for name, count in counted.items() if name[0].islower() and name != "reads")
    record_property("operations", operations)
    assert operations == CLIENTS * OPERATIONS
    assert (verified.code, verified.err) == (0, ""), verified.out
