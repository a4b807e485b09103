"""`papertape register` takes files of many encodings and sizes, once each, and shows its token to nobody."""

import gzip
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from api.cli.register_backtest import MOST_TRADES
from tests.files.trades import BACKTESTING_PY, NEW_TRADING_VIEW, US, VECTORBT, kept, registered
from tests.processes import Server, papertape, serving

KEY = "0123456789abcdef0123456789abcdef"
GERMAN = "\n".join(
    ";".join(cell.replace(".", ",") for cell in line.split(",")) for line in NEW_TRADING_VIEW.splitlines()
)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with serving(folder=tmp_path_factory.mktemp("desk")) as running:
        yield running


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("utf16.csv", NEW_TRADING_VIEW.removeprefix("\ufeff").encode("utf-16")),
        ("gzipped.csv.gz", gzip.compress(NEW_TRADING_VIEW.encode())),
        ("tabs.txt", NEW_TRADING_VIEW.replace(",", "\t").encode()),
        ("german.csv", GERMAN.encode()),
        ("windows.csv", NEW_TRADING_VIEW.replace("\n", "\r\n").encode()),
        ("blank.csv", NEW_TRADING_VIEW.replace("\n", "\n\n").encode()),
        ("slashes.csv", NEW_TRADING_VIEW.replace("2024-01-", "2024/01/").encode()),
    ],
)
def test_the_same_trades_are_read_whatever_the_notation(
    server: Server, tmp_path: Path, name: str, content: bytes
) -> None:
    (tmp_path / name).write_bytes(content)
    (tmp_path / "plain.csv").write_text(NEW_TRADING_VIEW)
    url = f"http://127.0.0.1:{server.port}"
    named = ("--name", "the same trades", "--url", url, "--json")
    plain, odd = (papertape("register", file, *US, *named, folder=tmp_path) for file in ("plain.csv", name))
    assert (plain.code, odd.code, odd.err) == (0, 0, "")
    assert json.loads(odd.out) == json.loads(plain.out) | {"recorded": False}


def test_of_more_trades_than_are_kept_the_figures_are_recorded(server: Server, tmp_path: Path) -> None:
    header, first, second = BACKTESTING_PY.splitlines()
    for count in (MOST_TRADES, MOST_TRADES + 2):
        text = "\n".join([header, *[first, second] * (count // 2)])
        finished = registered(server, tmp_path, f"many{count}.csv", text, *US)
        assert (finished.code, finished.err) == (0, "")
        [backtest] = [backtest for backtest in kept(server) if backtest["name"] == f"many{count}"]
        is_kept = count == MOST_TRADES
        assert (backtest["tradeCount"], backtest["winRate"]) == (count if is_kept else 0, "50")
        assert ("(its figures; more than 10000 trades are not kept)" in finished.out) is not is_kept


def test_a_file_that_has_changed_is_recorded_beside_what_it_was(server: Server, tmp_path: Path) -> None:
    first = registered(server, tmp_path, "changing.csv", VECTORBT, "--json")
    changed = registered(server, tmp_path, "changing.csv", VECTORBT.replace("12.2", "12.3"))
    again = registered(server, tmp_path, "changing.csv", VECTORBT, "--json")
    assert changed.out.splitlines()[1].endswith(", beside 1 other of that name")
    assert json.loads(again.out) == json.loads(first.out) | {"recorded": False, "others": 1}
    assert [backtest["name"] for backtest in kept(server)].count("changing") == 2


def test_a_server_with_a_token_is_told_it_and_nobody_else_is(tmp_path: Path) -> None:
    with serving("--token", KEY, folder=tmp_path) as guarded:
        without = registered(guarded, tmp_path, "a.csv", VECTORBT)
        wrong = registered(guarded, tmp_path, "a.csv", VECTORBT, "--token", KEY[::-1])
        right = registered(guarded, tmp_path, "a.csv", VECTORBT, "--token", KEY)
    sentence = "the server asks for its token: give it with --token, or as PAPERTAPE_TOKEN (UNAUTHENTICATED)"
    assert (without.code, without.err) == (wrong.code, wrong.err) == (1, f"papertape: {sentence}\n")
    assert right.code == 0
    assert KEY not in "".join((without.out, wrong.err, right.out, right.err))


def test_a_server_that_is_not_there_is_said(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(VECTORBT)
    finished = papertape("register", "a.csv", "--url", "http://127.0.0.1:1", folder=tmp_path)
    assert finished.code == 1
    assert finished.err.startswith("papertape: cannot reach http://127.0.0.1:1/graphql: ")
