"""What an account costs that holds much, beside one that holds little, on the same symbols."""

import json
from collections.abc import Awaitable, Callable, Sequence
from contextlib import ExitStack
from decimal import Decimal
from itertools import repeat
from typing import Any

from tests.benchmarks import desk
from tests.benchmarks.client import connections, get, load, post
from tests.benchmarks.desk import Holding
from tests.benchmarks.measure import Sample, interleaved, quotients
from tests.benchmarks.parts.signals import CONNECTIONS, ENTRY_PRICE, SYMBOLS, Sender, send_to_desk
from tests.benchmarks.processes import Served, yardstick
from tests.benchmarks.report import OURS, USUAL
from tests.benchmarks.run import Run
from tests.benchmarks.yardsticks.models import fill_tables

SMALL, LARGE = 50, 10_000
_ASKING = 4
_SIGNALS_EACH = 2
_FIGURES = 15


def holding(run: Run) -> Holding:
    """One account that holds much, and one that holds little for each round of signals, which make it grow."""
    small = [(f"small-{number}", SMALL) for number in range(run.rounds + 1)]
    return Holding((("large", LARGE), *small), SYMBOLS)


async def queries(run: Run) -> None:
    """The figures of an account, asked for over four connections."""
    held = holding(run)
    url = await run.filled.copy(held, run.ram)
    usual = f"sqlite+aiosqlite:///{run.ram}/accounts.sqlite3"
    await fill_tables(usual, held.accounts, [desk.symbol(index) for index in range(SYMBOLS)], desk.PRICE)
    with ExitStack() as stack:
        ours = stack.enter_context(desk.serving(url, run.ram))
        theirs = stack.enter_context(yardstick("usual_pick", usual, run.ram))
        seen: dict[str, list[dict[str, Any]]] = {"small-0": [], "large": []}
        contenders = {
            (who, name): _asking(server, request(name), decode, figures, run.seconds)
            for who, server, request, decode in (
                (OURS, ours, _graphql, _data_of),
                (USUAL, theirs, _rest, json.loads),
            )
            for name, figures in seen.items()
        }
        series = await interleaved({f"{who} {name}": asking for (who, name), asking in contenders.items()}, run.rounds)
    for name, number in (("small-0", SMALL), ("large", LARGE)):
        _check_same(seen[name], number)
        for who in (OURS, USUAL):
            run.report.add(f"account query, {number:,} open", who, series[f"{who} {name}"])
    ratio = quotients(series[f"{OURS} large"].cpus, series[f"{OURS} small-0"].cpus)
    run.report.add_ratio(f"account with {LARGE:,} open, CPU", f"with {SMALL} open", ratio, 1.5, 1.1, at_least=False)


async def positions(run: Run) -> None:
    """A page of fifty open positions, fifteen figures of each, asked for over four connections."""
    held = Holding((("small", SMALL),), SYMBOLS)
    url = await run.filled.copy(held, run.ram)
    usual = f"sqlite+aiosqlite:///{run.ram}/positions.sqlite3"
    await fill_tables(usual, held.accounts, [desk.symbol(index) for index in range(SYMBOLS)], desk.PRICE)
    pages: list[dict[str, Any]] = []
    with ExitStack() as stack:
        ours = stack.enter_context(desk.serving(url, run.ram))
        theirs = stack.enter_context(yardstick("usual_pick", usual, run.ram))
        asked = post("/graphql", desk.graphql(desk.POSITIONS, {"name": "small"}))
        series = await interleaved(
            {
                OURS: _asking(ours, asked, _page_of, pages, run.seconds),
                USUAL: _asking(theirs, get("/accounts/small/positions"), _list_of, pages, run.seconds),
            },
            run.rounds,
        )
    for page in pages:
        assert len(page["nodes"]) == SMALL
        assert {len(node) for node in page["nodes"]} == {_FIGURES}
        assert {Decimal(node["entryPrice"]) for node in page["nodes"]} == {ENTRY_PRICE}
    work = f"positions, {SMALL} of {_FIGURES} figures"
    for who in (OURS, USUAL):
        run.report.add(work, who, series[who])
    run.report.add_ratio(
        f"{work}, CPU",
        "usual pick's JSON",
        quotients(series[OURS].cpus, series[USUAL].cpus),
        1 / 3,
        1 / 8,
        at_least=False,
    )


def _page_of(answer: bytes) -> dict[str, Any]:
    page: dict[str, Any] = json.loads(answer)["data"]["positions"]
    return page


def _list_of(answer: bytes) -> dict[str, Any]:
    return {"nodes": json.loads(answer)}


def _graphql(name: str) -> bytes:
    return post("/graphql", desk.graphql(desk.ACCOUNT, {"name": name}))


def _rest(name: str) -> bytes:
    return get(f"/accounts/{name}")


def _data_of(answer: bytes) -> dict[str, Any]:
    account: dict[str, Any] = json.loads(answer)["data"]["account"]
    return account


def _asking(
    server: Served,
    request: bytes,
    decode: Callable[[bytes], dict[str, Any]],
    figures: list[dict[str, Any]],
    seconds: float,
) -> Callable[[], Awaitable[Sample]]:
    async def ask() -> Sample:
        async with connections(server.port, _ASKING) as clients:
            before = server.cpu
            answers, taken = await load(clients, [repeat(request)] * _ASKING, seconds)
            sample = Sample(len(answers), taken, server.cpu - before)
        figures.extend(map(decode, answers))
        return sample

    return ask


def _check_same(figures: Sequence[dict[str, Any]], positions: int) -> None:
    """Both contenders have always given the same figures."""
    assert {each["openPositions"] for each in figures} == {positions}
    for name in ("equity", "cash", "buyingPower"):
        assert len({float(each[name]) for each in figures}) == 1, name


async def signals(run: Run) -> None:
    """Signals, 64 at once, on an account that holds much, and on one that holds little."""
    held = holding(run)
    url = await run.filled.copy(held, run.ram)
    with ExitStack() as stack:
        sender = send_to_desk(stack, url, run.ram, CONNECTIONS)
        small = iter(name for name, _ in held.accounts[1:])
        contenders = {
            "small": lambda: _signals(sender, next(small)),
            "large": lambda: _signals(sender, "large"),
        }
        series = await interleaved(contenders, run.rounds)
        await sender.check_durable(sum(number for _, number in held.accounts))
    run.report.add(f"signal, 64 at once, {SMALL} open", OURS, series["small"])
    run.report.add(f"signal, 64 at once, {LARGE:,} open", OURS, series["large"])
    ratio = quotients(series["large"].cpus, series["small"].cpus)
    work = f"signal on an account with {LARGE:,} open, CPU"
    run.report.add_ratio(work, f"with {SMALL} open", ratio, 1.3, 1.1, at_least=False)


async def _signals(sender: Sender, account: str) -> Sample:
    return await sender.taken([sender.requests(account, _SIGNALS_EACH) for _ in range(CONNECTIONS)])
