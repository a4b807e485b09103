"""`papertape feed` and `papertape serve --feed` as their users run them, killed on the way."""

import asyncio
import os
import signal
import subprocess
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack, asynccontextmanager, contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import pytest

from api.client import DeskClient
from domain.market.bar import Bar
from tests.feeds.alpaca import KEY, SECRET, alpaca
from tests.feeds.lines import no_market
from tests.feeds.markets import OPENING, ToyMarket, served
from tests.feeds.stored_bars import stored
from tests.processes import (
    PAPERTAPE,
    Process,
    Server,
    clean_environment,
    free_port,
    papertape,
    running,
    serving,
    until,
    until_found,
)

CREDENTIALS = {"APCA_API_KEY_ID": KEY, "APCA_API_SECRET_KEY": SECRET}
SYMBOLS = ["AAPL", "MSFT"]


@asynccontextmanager
async def a_market() -> AsyncIterator[tuple[ToyMarket, list[str]]]:
    """A market, and the words of a feed of it."""
    toy = ToyMarket(SYMBOLS)
    async with served(alpaca(toy)) as address:
        yield (
            toy,
            [
                f"symbols={','.join(SYMBOLS)}",
                f"data=http://{address}",
                f"trading=http://{address}",
                f"stream=ws://{address}",
                f"since={OPENING.isoformat()}",
            ],
        )


@contextmanager
def feeding(words: list[str], url: str, folder: Path) -> Iterator[tuple[Process, Path]]:
    """A running `papertape feed`, and the file that holds what it says; killed at the end."""
    command = [str(PAPERTAPE), "feed", "alpaca", *words, "--url", url]
    with running(command, folder=folder, environment=CREDENTIALS) as (process, out, _):
        yield process, out


async def until_stored(url: str, toy: ToyMarket) -> None:
    """Until a desk has all bars of a market, each as it is there."""
    async with DeskClient(url, pauses=()) as client:

        async def found(symbol: str) -> list[Bar] | None:
            bars = await stored(client, symbol)
            return None if len(bars) < toy.minutes else bars

        for symbol in SYMBOLS:
            assert await until_found(partial(found, symbol), "the bars did not come") == toy.bars(symbol)


async def test_a_killed_desk_and_a_killed_feed_lose_no_bar_and_double_none(tmp_path: Path) -> None:
    port = free_port()
    url = f"http://127.0.0.1:{port}/graphql"
    async with a_market() as (toy, words):
        with ExitStack() as stack:

            def start_desk() -> Server:
                return stack.enter_context(serving(folder=tmp_path, port=port))

            desk = await asyncio.to_thread(start_desk)
            feed, _ = stack.enter_context(feeding(words, url, tmp_path))
            for kills_desk in (True, False) * 2:
                toy.pass_time(40)
                await until_stored(url, toy)
                toy.pass_time(20)
                await asyncio.to_thread(desk.kill if kills_desk else feed.kill)
                toy.pass_time(20)
                if kills_desk:
                    desk = await asyncio.to_thread(start_desk)
                else:
                    feed, _ = stack.enter_context(feeding(words, url, tmp_path))
            await until_stored(url, toy)
            assert toy.minutes == 320


async def test_a_server_that_is_fed_says_how_its_feeds_stand(tmp_path: Path) -> None:
    async with a_market() as (toy, words):
        toy.pass_time(3)
        text = " ".join(["alpaca", *words])
        with ExitStack() as stack:

            def start() -> Server:
                return stack.enter_context(serving("--feed", text, folder=tmp_path, environment=CREDENTIALS))

            desk = await asyncio.to_thread(start)
            await until_stored(desk.url, toy)
            async with httpx.AsyncClient(base_url=desk.url.removesuffix("/graphql")) as http:

                async def is_live() -> bool:
                    return bool((await http.get("/readyz")).json()["feeds"] == {"alpaca": "LIVE"})

                await until_found(is_live, "the feed was not live")
                figures = (await http.get("/metrics")).text
            for figure in ("ready", "bars", "rejected", "corrected", "gaps"):
                assert f'papertape_feed_{figure}{{feed="alpaca-1"}}' in figures
            assert 'papertape_feed_bars{feed="alpaca-1"} 6.0' in figures
            [feed] = (await asyncio.to_thread(desk.query, FEEDS))["feeds"]
            assert feed == {
                "name": "alpaca",
                "status": "LIVE",
                "opens": None,
                "problem": None,
                "reported": None,
                "symbols": [{"symbol": name, "lastBar": "2024-01-02T14:33:00Z"} for name in SYMBOLS],
                "connections": 1,
                "bars": 6,
                "quotes": 0,
                "rejected": 0,
                "refusal": None,
                "corrected": 0,
                "corrections": [],
                "gapCount": 0,
                "gaps": [],
            }
            assert SECRET not in desk.err + desk.out
            assert await asyncio.to_thread(desk.stop) == 0


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
async def test_a_feed_beside_a_server_is_shown_by_it_until_a_signal_ends_it(
    number: signal.Signals, code: int, tmp_path: Path
) -> None:
    async with a_market() as (toy, words):
        toy.pass_time(3)
        with ExitStack() as stack:
            desk = await asyncio.to_thread(lambda: stack.enter_context(serving(folder=tmp_path)))
            feed, out = await asyncio.to_thread(lambda: stack.enter_context(feeding(words, desk.url, tmp_path)))
            await until(lambda: out.read_text().endswith("\n"), "it said nothing")
            said = "The feed alpaca is live: 6 bars were sent, and the newest ends 2024-01-02T14:33:00Z.\n"
            assert out.read_text() == said
            [shown] = (await asyncio.to_thread(desk.query, FEEDS))["feeds"]
            assert (shown["status"], shown["bars"]) == ("LIVE", 6)
            assert shown["symbols"] == [{"symbol": name, "lastBar": "2024-01-02T14:33:00Z"} for name in SYMBOLS]
            feed.send_signal(number)
            assert await asyncio.to_thread(feed.wait, 60) == code
            [shown] = (await asyncio.to_thread(desk.query, FEEDS))["feeds"]
            assert shown["status"] == "ENDED"


FEEDS = """
{ feeds {
  name status opens problem reported symbols { symbol lastBar } connections bars quotes rejected refusal corrected
  gapCount corrections { symbol start end open high low close volume } gaps { symbol since until }
} }
"""


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (["nope"], "papertape: there is no feed 'nope'; there are alpaca, ccxt, json"),
        (["json", "file=x"], "papertape: the feed json has no option file=; it has quotes=, send=, since=, url="),
        (["ccxt", "symbols=BTC/USDT"], "papertape: the feed ccxt needs exchange="),
        (["ccxt", "exchange=nope", "symbols=BTC/USDT"], "papertape: ccxt has no exchange 'nope' with WebSockets"),
        (
            ["ccxt", "exchange=coincheck", "symbols=BTC/JPY"],
            "papertape: coincheck tells trades and no bars: make bars of them, and send them by the feed json",
        ),
        (
            ["ccxt", "exchange=binance", "symbols=BTC/USDT", "interval=7m"],
            "papertape: binance has no bars of 7m",
        ),
        (
            ["alpaca", "symbols=AAPL"],
            "papertape: the feed alpaca needs APCA_API_KEY_ID and APCA_API_SECRET_KEY in the environment",
        ),
        (["json", "url=@nowhere"], "papertape: url= cannot be read from nowhere: No such file or directory"),
        (["json", "quotes"], "papertape: an option of a feed is like interval=1m, not 'quotes'"),
        (["json", "quotes=1", "quotes=2"], "papertape: quotes= is given twice"),
        (["json", "quotes=many"], "papertape: quotes= must be how many a second at most, 0 to 100, not 'many'"),
        (
            ["alpaca", "symbols=aapl us"],
            "papertape: symbols= has 'aapl us', which is no symbol of a desk",
        ),
    ],
)
def test_words_that_make_no_feed_are_refused_in_one_line(words: list[str], complaint: str, tmp_path: Path) -> None:
    finished = papertape("feed", *words, folder=tmp_path)
    assert (finished.code, finished.err.splitlines()) == (1, [complaint])


def test_several_workers_are_not_each_fed(tmp_path: Path) -> None:
    database = "postgresql://nobody@127.0.0.1/nothing"
    finished = papertape("serve", "--workers", "2", "--feed", "json", "--database-url", database, folder=tmp_path)
    assert finished.complaint == "papertape: 2 workers would each feed the desk: run `papertape feed` beside them"


def test_json_lines_are_fed_from_standard_input(tmp_path: Path) -> None:
    with serving(folder=tmp_path) as desk:
        lines = (
            '{"symbol": "AAPL", "start": "2024-01-02T14:30:00Z", "end": "2024-01-02T14:31:00Z", "open": 187.15, '
            '"high": "187.20", "low": 187.1, "close": 187.18000001, "volume": 12300}\n'
            '{"symbol": "AAPL", "time": "2024-01-02T14:31:07Z", "price": 187.2}\n'
            "half a li\n"
        )
        reading, writing = os.pipe()
        with open(writing, "w") as pipe:
            pipe.write(lines)
        with open(reading) as stdin:
            finished = papertape("feed", "json", "--url", desk.url, folder=tmp_path, stdin=stdin)
        assert (finished.code, finished.out) == (0, "The market has ended: 1 bar and 1 quote were sent, 1 not taken.\n")
        assert "Expecting value: line 1 column 1 (char 0), in 'half a li'" in finished.err
        found = desk.query('{ bars(symbol: "AAPL") { nodes { close volume } } quotes { symbol price } }')
        assert found == {
            "bars": {"nodes": [{"close": "187.18000001", "volume": "12300"}]},
            "quotes": [{"symbol": "AAPL", "price": "187.2"}],
        }


HIDDEN = "hidden-in-the-url"


@pytest.fixture
def hidden(tmp_path: Path) -> Iterator[Path]:
    """A file with the URL of a market that is away, which holds a secret."""
    file = tmp_path / "url"
    with no_market() as url:
        file.write_text(f"{url}?token={HIDDEN}\n")
        yield file


async def test_keys_and_secrets_stand_in_no_log_and_no_answer(hidden: Path, tmp_path: Path) -> None:
    async with a_market() as (_, words):
        text = f"json url=@{hidden}; alpaca {' '.join(words)}"
        wrong = {**CREDENTIALS, "APCA_API_SECRET_KEY": "guessed-and-wrong"}
        with ExitStack() as stack:

            def start() -> Server:
                return stack.enter_context(serving("--feed", text, folder=tmp_path, environment=wrong))

            desk = await asyncio.to_thread(start)

            async def both_failed() -> list[Any] | None:
                feeds = (await asyncio.to_thread(desk.query, FEEDS))["feeds"]
                return feeds if [feed["status"] for feed in feeds] == ["WAITING", "FAILED"] else None

            feeds = await until_found(both_failed, "the feeds were not refused")
            assert feeds[1]["problem"] == "Alpaca's stream: auth failed (402)"
            for secret in (HIDDEN, KEY, "guessed-and-wrong"):
                assert secret not in desk.out + desk.err + str(feeds)


def test_a_url_of_a_file_stands_in_no_list_of_processes_and_no_error(hidden: Path, tmp_path: Path) -> None:
    with serving(folder=tmp_path) as desk:
        command = [str(PAPERTAPE), "feed", "json", f"url=@{hidden}", "--url", desk.url]
        piped: dict[str, Any] = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT}
        with subprocess.Popen(command, env=clean_environment(), **piped) as feed:
            assert feed.stdout is not None
            said = feed.stdout.readline()
            listed = Path(f"/proc/{feed.pid}/cmdline").read_bytes()
            feed.kill()
        assert b"the connection to the WebSocket of the feed ended" in said
        assert b"feed\0json" in listed
        assert HIDDEN.encode() not in said + listed
