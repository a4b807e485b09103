"""Many clients at once: limits hold, and one signal is one position."""

import asyncio
from decimal import Decimal

from api.persistence import tables
from domain.portfolio.valuation import Valuation
from tests.builders import FREE, a_bar, a_signal
from tests.service.desks import RunningWriter, Trader, codes, rows, running_writer, verified

CLIENTS = 32


async def trading(desk: RunningWriter) -> Trader:
    trader = desk.trader()
    await trader.enable(**FREE, leverage=Decimal(50))
    await trader.bars(a_bar("09:00"))
    return trader


async def signals_of(trader: Trader, client: int) -> list[str | None]:
    """A client's three signals, one after the other; each would put 500 of 100 000 at risk: half a percent."""
    return [codes([await trader.send(a_signal(), 3 * client + number)])[0] for number in (1, 2, 3)]


async def heat(desk: RunningWriter) -> Decimal | None:
    cached = desk.live.newest
    assert cached is not None
    return Valuation.of(cached.desk.accounts["default"], cached.desk.markets).heat_percent


async def test_signals_of_32_clients_fill_the_heat_limit_and_never_pass_it(database_url: str) -> None:
    async with running_writer(database_url) as desk:
        trader = await trading(desk)
        by_client = await asyncio.gather(*(signals_of(trader, client) for client in range(CLIENTS)))
        refusals = [code for answers in by_client for code in answers]
        assert (refusals.count(None), refusals.count("PORTFOLIO_HEAT_EXCEEDED")) == (20, 3 * CLIENTS - 20)
        assert len(await rows(desk.engine, tables.positions)) == 20
        assert await heat(desk) == 10
    await verified(database_url)


async def test_clients_of_two_processes_share_one_heat_limit(postgres_url: str) -> None:
    async with running_writer(postgres_url) as one, running_writer(postgres_url) as other:
        traders = [await trading(one), other.trader()]
        by_client = await asyncio.gather(*(signals_of(traders[client % 2], client) for client in range(CLIENTS)))
        refusals = [code for answers in by_client for code in answers]
        assert (refusals.count(None), refusals.count("PORTFOLIO_HEAT_EXCEEDED")) == (20, 3 * CLIENTS - 20)
        assert len(await rows(one.engine, tables.positions)) == 20
    await verified(postgres_url)


async def test_one_signal_sent_25_times_at_once_is_one_position(database_url: str) -> None:
    async with running_writer(database_url) as desk:
        trader = await trading(desk)
        answers = await asyncio.gather(*(trader.send(a_signal(), 1) for _ in range(25)))
        assert sorted(answer.replayed for answer in answers) == [False] + [True] * 24
        assert {answer.signal.status.value for answer in answers if answer.signal} == {"EXECUTED"}
        assert len(await rows(desk.engine, tables.positions)) == 1
    await verified(database_url)


async def test_one_signal_sent_to_two_processes_at_once_is_one_position(postgres_url: str) -> None:
    async with running_writer(postgres_url) as one, running_writer(postgres_url) as other:
        mine, theirs = await trading(one), other.trader()
        answers = await asyncio.gather(*((mine, theirs)[n % 2].send(a_signal(), 1) for n in range(24)))
        assert sorted(answer.replayed for answer in answers) == [False] + [True] * 23
        assert len(await rows(one.engine, tables.positions)) == 1
    await verified(postgres_url)
