"""`papertape register` makes trades of other tools a backtest of the desk."""

import json
from collections.abc import Iterator
from pathlib import Path
from zipfile import ZipFile
from zoneinfo import ZoneInfo

import pandas as pd
import pytest

from api.files.trade_file import TradeFile
from tests.files.trades import (
    BACKTESTING_PY,
    NEW_TRADING_VIEW,
    OLD_TRADING_VIEW,
    US,
    VECTORBT,
    a_freqtrade_result,
    kept,
    registered,
    trades_of,
)
from tests.processes import Server, papertape, serving

NO_HEADER = (
    "a.csv line 1: not the header of a list of trades of TradingView, backtesting.py, vectorbt, freqtrade or "
    "MetaTrader, nor of daily returns"
)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with serving(folder=tmp_path_factory.mktemp("desk")) as running:
        yield running


@pytest.mark.parametrize(
    ("name", "content", "options", "told"),
    [
        (
            "old.csv",
            OLD_TRADING_VIEW,
            US,
            "TradingView: 2 trades from 2024-01-02T14:30:00-05:00 to 2024-01-05T15:00:00-05:00, amounts in USD",
        ),
        (
            "new.csv",
            NEW_TRADING_VIEW,
            US,
            "TradingView: 2 trades from 2024-01-02T14:30:00-05:00 to 2024-01-05T15:00:00-05:00, 1 still open left out, "
            "amounts in USD",
        ),
        (
            "backtesting_py.csv",
            BACKTESTING_PY,
            US,
            "backtesting.py: 2 trades from 2024-01-02T00:00:00-05:00 to 2024-01-05T00:00:00-05:00, "
            "amounts taken as USD",
        ),
        (
            "vectorbt.csv",
            VECTORBT,
            (),
            "vectorbt: 2 trades from 2024-01-02T14:30:00+00:00 to 2024-01-05T15:00:00+00:00, 1 still open left out, "
            "amounts taken as USD",
        ),
    ],
)
def test_the_trades_of_a_tool_become_a_backtest(
    server: Server, tmp_path: Path, name: str, content: str, options: tuple[str, ...], told: str
) -> None:
    finished = registered(server, tmp_path, name, content, *options)
    assert (finished.code, finished.err) == (0, "")
    read, recorded = finished.out.splitlines()
    [backtest] = [backtest for backtest in kept(server) if backtest["name"] == name.partition(".")[0]]
    assert (read, recorded) == (told, f"Recorded as {backtest['name']}: {backtest['id']}")
    assert (backtest["tradeCount"], backtest["winRate"]) == (2, "50")
    assert backtest["profitFactor"] == ("2.44" if name == "vectorbt.csv" else "2.5")


def test_a_result_of_freqtrade_keeps_every_digit_in_json_and_in_its_archive(server: Server, tmp_path: Path) -> None:
    result = a_freqtrade_result("Breakout")
    plain = registered(server, tmp_path, "freq.json", result, "--json")
    with ZipFile(tmp_path / "freq.zip", "w") as archive:
        archive.writestr("freq.json", result)
        archive.writestr("freq_config.json", "{}")
    url = f"http://127.0.0.1:{server.port}"
    zipped = papertape("register", "freq.zip", "--url", url, "--json", folder=tmp_path)
    answer = json.loads(plain.out)
    assert answer == {
        "format": "freqtrade",
        "trades": 1,
        "open": 0,
        "leftOut": 0,
        "currency": "USDT",
        "from": "2024-01-02T14:30:00+00:00",
        "to": "2024-01-03T15:00:00+00:00",
        "name": "freq",
        "id": answer["id"],
        "recorded": True,
        "others": 0,
    }
    assert json.loads(zipped.out) == answer | {"recorded": False}
    assert trades_of(TradeFile(tmp_path / "freq.json")).trades == [
        {
            "symbol": "BTC/USDT",
            "side": "LONG",
            "quantity": "0.12345678",
            "entryPrice": "42000.5",
            "exitPrice": "43000.25",
            "realizedPnl": "112.92345678",
            "commission": "10.49391889",
            "entryTime": "2024-01-02T14:30:00+00:00",
            "exitTime": "2024-01-03T15:00:00+00:00",
        }
    ]


def test_a_file_sent_twice_is_recorded_once_and_under_another_name_again(server: Server, tmp_path: Path) -> None:
    first = registered(server, tmp_path, "twice.csv", VECTORBT, "--source", "my notebook")
    second = registered(server, tmp_path, "twice.csv", VECTORBT, "--source", "my notebook")
    other = registered(server, tmp_path, "twice.csv", VECTORBT, "--source", "my notebook", "--name", "other")
    assert (first.code, second.code, other.code) == (0, 0, 0)
    assert second.out == first.out.replace("Recorded as", "Already recorded as")
    sources = [backtest["source"] for backtest in kept(server) if backtest["name"] in ("twice", "other")]
    assert len(sources) == 2
    assert {source.partition(" (")[0] for source in sources} == {"my notebook"}


def without(text: str, line: int) -> str:
    lines = text.splitlines(keepends=True)
    return "".join([*lines[: line - 1], *lines[line:]])


@pytest.mark.parametrize(
    ("name", "content", "options", "complaint"),
    [
        ("a.csv", OLD_TRADING_VIEW, (), "TradingView does not say what was traded in a.csv: give --symbol"),
        (
            "a.csv",
            OLD_TRADING_VIEW,
            US[:2],
            "a.csv line 2: entry_time '2024-01-02 14:30' has no UTC offset: end it with Z or an offset such as +01:00, "
            "or name its zone with --timezone",
        ),
        ("a.csv", without(OLD_TRADING_VIEW, 5), US, "a.csv line 4: trade 2 has no other row: it has an entry and exit"),
        (
            "a.csv",
            OLD_TRADING_VIEW + "2,Exit short,Buy,2024-01-05 15:00,103,5,5,1,1\n",
            US,
            "a.csv line 6: trade 2 has a second exit",
        ),
        (
            "a.csv",
            OLD_TRADING_VIEW.replace("103", "1o3"),
            US,
            'a.csv line 5: exit_price must be a number such as "1.5" or "3.2E-5", not \'1o3\'',
        ),
        (
            "a.csv",
            OLD_TRADING_VIEW.replace("Entry short", "Entry up"),
            US,
            "a.csv line 4: side must be long or short, not 'up'",
        ),
        (
            "a.csv",
            VECTORBT.replace("2024-01-05", "2024-01-01"),
            (),
            "a.csv line 3: it exited at 2024-01-01 15:00:00+00:00, before its entry at 2024-01-04 14:30:00+00:00",
        ),
        ("a.csv", BACKTESTING_PY + "2,5\n", US, "a.csv line 4: 2 cells below a header of 13"),
        (
            "a.csv",
            "time,open\n1,2\n",
            US,
            NO_HEADER,
        ),
        (
            "a.csv",
            "",
            US,
            NO_HEADER,
        ),
        ("a.csv", BACKTESTING_PY.splitlines()[0], US, "a.csv: backtesting.py: it holds no closed trade"),
        (
            "a.json",
            "{",
            (),
            "a.json: not JSON: Expecting property name enclosed in double quotes: line 1 column 2 (char 1)",
        ),
        ("a.json", "{}", (), "a.json: not a result of TradingView, backtesting.py, vectorbt, freqtrade or MetaTrader"),
        ("a.json", a_freqtrade_result("A", "B"), (), "a.json holds the strategies A, B: say which with --strategy"),
        ("a.json", a_freqtrade_result("A"), ("--strategy", "C"), "a.json holds no strategy 'C', but A"),
        ("a.json", a_freqtrade_result("A", amount=0), (), "a.json: trade 1: quantity must not be 0"),
        ("a.zip", "no archive", (), "a.zip: the archive cannot be unpacked: File is not a zip file"),
        ("a.csv", VECTORBT, ("--timezone", "Mars"), "timezone must be a name like UTC or America/New_York, not 'Mars'"),
    ],
)
def test_what_cannot_be_used_is_named_and_nothing_is_recorded(
    server: Server, tmp_path: Path, name: str, content: str, options: tuple[str, ...], complaint: str
) -> None:
    before = kept(server)
    finished = registered(server, tmp_path, name, content, *options)
    assert (finished.code, finished.out, finished.err) == (1, "", f"papertape: {complaint}\n")
    assert kept(server) == before


def test_trades_in_parquet_are_those_in_csv(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(BACKTESTING_PY)
    frame = pd.read_csv(tmp_path / "a.csv", index_col=0, parse_dates=["EntryTime", "ExitTime"])
    frame.assign(Duration=frame.ExitTime - frame.EntryTime).to_parquet(tmp_path / "a.parquet")
    zone = ZoneInfo("America/New_York")
    in_csv, in_parquet = (trades_of(TradeFile(tmp_path / name, "AAPL", zone)) for name in ("a.csv", "a.parquet"))
    assert in_parquet == in_csv
    assert len(in_csv.trades) == 2
