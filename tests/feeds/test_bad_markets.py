"""What markets send that is wrong, late, twice or nothing: named, counted, and the rest goes on."""

from collections.abc import AsyncIterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from api.application.feed_states import FeedState, FeedStatus
from api.client import DeskClient
from domain.market.bar import Bar
from tests.feeds.alpaca import KEY, SECRET
from tests.feeds.feeding import EXCHANGES, Market, a_desk, a_market, feeding, until_live, until_reached
from tests.feeds.markets import MINUTE, OPENING
from tests.feeds.stored_bars import stored
from tests.processes import until


@pytest.fixture(autouse=True)
def credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("APCA_API_KEY_ID", KEY)
    monkeypatch.setenv("APCA_API_SECRET_KEY", SECRET)


@pytest.fixture
async def market() -> AsyncIterator[Market]:
    async with a_market("alpaca", minutes=2) as market:
        yield market


@pytest.fixture
async def client(tmp_path: Path) -> AsyncIterator[DeskClient]:
    async with a_desk(tmp_path) as client:
        yield client


@pytest.fixture
async def state(market: Market, client: DeskClient) -> AsyncIterator[FeedState]:
    async with feeding(market, client) as state:
        await until_live(market, state)
        yield state


def a_row(minute: int, symbol: str = "AAPL", kind: str = "b", **figures: str) -> str:
    """A bar as Alpaca's stream writes it, of a minute after the opening."""
    told = {"o": "100", "h": "101", "l": "99", "c": "100.5", "v": "7", **figures}
    numbers = ", ".join(f'"{key}": {number}' for key, number in told.items())
    start = (OPENING + minute * MINUTE).isoformat()
    return f'{{"T": "{kind}", "S": "{symbol}", "t": "{start}", {numbers}}}'


IN_32 = "AAPL: the bar from 2024-01-02T14:32:00Z: "


@pytest.mark.parametrize(
    ("row", "refusal"),
    [
        (a_row(2, l="-3"), IN_32 + "low must be above 0, not -3"),
        (a_row(2, l="0"), IN_32 + "low must be above 0, not 0"),
        (a_row(2, h="100.2"), IN_32 + "close must lie between low and high"),
        (a_row(2, v="-1"), IN_32 + "volume must be at least 0, not -1"),
        (
            a_row(2, v="1000000000000000001"),
            IN_32 + "volume must be at most 1000000000000000000 in magnitude, not '1000000000000000001'",
        ),
        (a_row(2, c="null"), IN_32 + "close is missing"),
        (a_row(2, c="NaN"), IN_32 + 'close must be a number such as "1.5" or "3.2E-5", not \'NaN\''),
        (a_row(2, symbol="SHELL"), "SHELL: the market was not asked for this symbol"),
        (
            a_row(2, symbol="no ticker"),
            "no ticker: the bar from 2024-01-02T14:32:00Z: symbol must be 1 to 32 of A-Z, 0-9 and "
            ". - / : _ ^ = &, "
            "starting with none of the marks but ^; not 'no ticker'",
        ),
        (
            a_row(2).replace("2024-01-02", "yesterday"),
            'AAPL: t must be an ISO 8601 date and time such as "2024-01-02T14:30:00Z", '
            "not 'yesterdayT14:32:00+00:00'",
        ),
        (a_row(2).replace("2024", "2150"), "AAPL: INVALID: it ends over a minute in the future (R6)"),
        (
            a_row(0).replace(":30:", ":29:"),
            "AAPL: LATE: AAPL has moved on to 2024-01-02T14:32:00Z (R7)",
        ),
        (
            '{"T": "c", "S": "AAPL", "op": 101.5, "cp": 101.4, "t": "2024-01-02T14:31:07Z"}',
            "AAPL: a trade at 101.5 was corrected to 101.4; the desk keeps the price that it was told",
        ),
        (
            '{"T": "x", "S": "AAPL", "p": 101.5, "t": "2024-01-02T14:31:07Z"}',
            "AAPL: a trade at 101.5 was cancelled; the desk keeps the price that it was told",
        ),
    ],
)
async def test_what_cannot_be_is_refused_in_a_sentence(
    row: str, refusal: str, market: Market, client: DeskClient, state: FeedState
) -> None:
    market.toy.tell(f"[{row}]")
    market.toy.pass_time()
    await until_reached(market, state)
    assert (state.rejected, state.refusal) == (1, refusal)
    assert await stored(client, "AAPL") == market.toy.bars("AAPL")


async def test_a_volume_of_a_quintillion_is_taken(market: Market, client: DeskClient, state: FeedState) -> None:
    market.toy.tell(f"[{a_row(2, v='1000000000000000000')}]")
    await until(lambda: state.bars == 5, "the bar did not come")
    assert (await stored(client, "AAPL"))[-1].volume == Decimal(10) ** 18


async def test_floats_of_seventeen_digits_lose_their_noise(
    market: Market, client: DeskClient, state: FeedState
) -> None:
    market.toy.tell(f"[{a_row(2, o='100.10000000000001', l='99.999999990000004', c='100.30000000000001')}]")
    await until(lambda: state.bars == 5, "the bar did not come")
    bar = (await stored(client, "AAPL"))[-1]
    assert (bar.open, bar.low, bar.close) == (Decimal("100.1"), Decimal("99.99999999"), Decimal("100.3"))


async def test_bars_in_the_wrong_order_of_one_message_are_put_in_order(
    market: Market, client: DeskClient, state: FeedState
) -> None:
    market.toy.tell(f"[{a_row(3)}, {a_row(2)}]")
    await until(lambda: state.bars == 6, "the bars did not come")
    assert [bar.start for bar in (await stored(client, "AAPL"))[-2:]] == [OPENING + 2 * MINUTE, OPENING + 3 * MINUTE]
    assert state.rejected == 0


async def test_the_same_bar_twice_counts_once(market: Market, client: DeskClient, state: FeedState) -> None:
    market.toy.tell(f"[{a_row(2)}, {a_row(2)}]")
    market.toy.tell(f"[{a_row(2)}]")
    market.toy.tell(f"[{a_row(3)}]")
    await until(lambda: state.bars == 6, "the bars did not come")
    assert len(await stored(client, "AAPL")) == 4
    assert (state.rejected, state.corrected) == (0, 0)


async def test_a_bar_that_changes_after_it_has_closed_is_told_and_kept_as_it_was(
    market: Market, client: DeskClient, state: FeedState
) -> None:
    market.toy.tell(f"[{a_row(0, kind='u')}]")
    await until(lambda: state.corrected == 1, "the correction was not told")
    figures = [Decimal(text) for text in ("100", "101", "99", "100.5", "7")]
    assert list(state.corrections) == [Bar("AAPL", OPENING, OPENING + MINUTE, *figures)]
    assert (state.rejected, state.status) == (0, FeedStatus.LIVE)
    assert await stored(client, "AAPL") == market.toy.bars("AAPL")


@pytest.mark.parametrize("kind", EXCHANGES)
async def test_a_last_bar_that_has_changed_during_an_outage_is_told(kind: str, tmp_path: Path) -> None:
    async with a_market(kind, minutes=5) as market, a_desk(tmp_path) as client:
        async with feeding(market, client) as state:
            await until_reached(market, state)
        before = [market.toy.bar(symbol, 4) for symbol in market.toy.symbols]
        market.toy.changed[4] = Decimal("9.5")
        async with feeding(market, client) as state:
            await until_live(market, state)
            assert list(state.corrections) == [replace(bar, volume=Decimal("9.5")) for bar in before]
        for bar in before:
            assert (await stored(client, bar.symbol))[-1] == bar


async def test_a_changed_bar_is_counted_and_told_once_however_often_the_market_connects(
    market: Market, client: DeskClient
) -> None:
    async with feeding(market, client) as state:
        await until_reached(market, state)
    market.toy.changed[1] = Decimal("9.5")
    with capture_logs() as logged:
        async with feeding(market, client) as state:
            for connections in (1, 2, 3):
                await until_live(market, state, connections)
                market.toy.drop()
            assert state.corrected == 2
            market.toy.changed[1] = Decimal("9.75")
            market.toy.drop()
            await until(lambda: state.corrected == 4, "the next change was not told")
    told = [entry["now"] for entry in logged if entry["event"] == "bar changed by its market"]
    assert len(told) == 4
    figures = "open 101.01020304, high 101.51020304, low 101.01020303, close 101.13365982, volume 9.5"
    assert told[0] == f"AAPL from 2024-01-02T14:31:00Z to 2024-01-02T14:32:00Z: {figures}"


@pytest.mark.parametrize("kind", ["binance", "kraken", "coinbase"])
async def test_an_exchange_that_settles_a_bar_late_is_found_out_by_the_next(kind: str, tmp_path: Path) -> None:
    async with a_market(kind, minutes=5) as market, a_desk(tmp_path) as client, feeding(market, client) as state:
        await until_live(market, state)
        market.toy.pass_time()
        await until_reached(market, state)
        market.toy.changed[5] = Decimal("9.5")
        market.toy.pass_time()
        await until_reached(market, state)
        assert {(bar.symbol, bar.volume) for bar in state.corrections} == {
            (symbol, Decimal("9.5")) for symbol in market.toy.symbols
        }


@pytest.mark.parametrize(
    ("answer", "problem"),
    [
        (429, "Alpaca answered 429"),
        (500, "Alpaca answered 500"),
        ("html", "Alpaca answered with no JSON, or without a date"),
        ("nothing", "Alpaca answered with no JSON, or without a date"),
        ("other", "Alpaca answered with something else than bars of AAPL"),
    ],
)
async def test_an_answer_that_says_nothing_is_told_and_asked_again(
    answer: int | str, problem: str, market: Market, client: DeskClient
) -> None:
    market.toy.bad_answers = [answer]
    problems: list[str | None] = []
    async with feeding(market, client) as state:
        state.on_change = lambda state: problems.append(state.problem)
        await until_reached(market, state)
    assert problem in problems
    assert await stored(client, "AAPL") == market.toy.bars("AAPL")


@pytest.mark.parametrize(
    ("answers", "problem"),
    [
        ([429], 'binance 429 Too Many Requests {"message":"not now"}'),
        (["html"], "/api/v3/exchangeInfo answered with no JSON"),
        (["nothing"], "/api/v3/exchangeInfo answered with no JSON"),
        (["other"], "binance told of no markets"),
        ([None, 503], '503 Service Unavailable {"message":"not now"}'),
        ([None, "html"], "/api/v3/klines answered with no JSON"),
        ([None, "nothing"], "/api/v3/klines answered with no JSON"),
        ([None, "other"], "an answer has another form than ccxt knows: KeyError"),
    ],
)
async def test_an_exchange_of_ccxt_that_says_nothing_is_told_and_asked_again(
    answers: list[int | str | None], problem: str, tmp_path: Path
) -> None:
    async with a_market("binance", minutes=3) as market, a_desk(tmp_path) as client:
        market.toy.bad_answers = answers
        problems: list[str | None] = []
        async with feeding(market, client) as state:
            state.on_change = lambda state: problems.append(state.problem)
            await until_reached(market, state)
        assert any(told is not None and told.endswith(problem) for told in problems)
        for symbol in market.toy.symbols:
            assert await stored(client, symbol) == market.toy.bars(symbol)


async def test_a_stream_that_sends_no_json_is_made_anew(market: Market, client: DeskClient, state: FeedState) -> None:
    market.toy.tell("<h1>Welcome</h1>")
    await until_live(market, state, connections=2)
    market.toy.pass_time()
    await until_reached(market, state)
    assert await stored(client, "AAPL") == market.toy.bars("AAPL")
