"""`papertape signal`, `close`, `amend`, `positions` and `account` against a real server."""

import json
import re
import socket
import threading
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from tests.processes import Finished, Server, papertape, serving

ENABLE = "mutation ($account: String!) { enable(input: { account: $account }) { errors { code } } }"
QUOTE = """mutation { ingestQuotes(input: { quotes: [
  { symbol: "ACME", time: "2024-03-04T15:00:00Z", price: "100" }] }) { applied } }"""
FIRST, SECOND = "5b1a7c1e-0d7e-4c55-9f0e-2f6a3c1d9e01", "5b1a7c1e-0d7e-4c55-9f0e-2f6a3c1d9e02"
UNKNOWN = "5b1a7c1e-0d7e-4c55-9f0e-2f6a3c1d9e09"
NUMBERS = count(1)


class Trader:
    """A fresh account on a server, and the commands that trade on it."""

    def __init__(self, server: Server, folder: Path) -> None:
        self.account = f"trader-{next(NUMBERS)}"
        self._server, self._folder = server, folder
        server.query(ENABLE, account=self.account)

    def types(self, words: str, *more: str, columns: int = 200) -> Finished:
        """A command, as it ends; words with spaces in them are given as `more`."""
        where = ("--account", self.account, "--url", self._server.url)
        environment = {"COLUMNS": str(columns)}
        return papertape(*words.split(), *more, *where, folder=self._folder, environment=environment)

    def told(self, words: str, *more: str) -> Any:
        """The JSON that a command prints."""
        return json.loads(self.types(f"{words} --json", *more).out)

    def buys(self, signal_id: str = FIRST) -> None:
        """A hundred at 100.02, with a stop and two targets."""
        levels = "--stop 90 --target 110 --target2 120"
        bought = self.types(f"signal ACME long --quantity 100 --id {signal_id} {levels}")
        assert (bought.code, bought.err) == (0, "")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with serving("--clock", "market", folder=tmp_path_factory.mktemp("server")) as running:
        running.query(QUOTE)
        yield running


@pytest.fixture
def trader(server: Server, tmp_path: Path) -> Trader:
    return Trader(server, tmp_path)


def test_a_signal_is_shown_with_the_position_that_it_opened(trader: Trader) -> None:
    levels = "--stop-percent 5 --target-r 2 --target2-r 3 --trail-percent 4 --trail-activation-r 1 --trail-step 0.5"
    done = trader.types(
        f"signal ACME LONG --risk-percent 1 {levels} --campaign spring --id {FIRST} --note", "a [red] day", columns=60
    )
    assert done == Finished(
        0,
        """\
┌────────────────┬─────────────────────────────────────────┐
│ signal         │ 5b1a7c1e-0d7e-4c55-9f0e-2f6a3c1d9e01    │
│ symbol         │ ACME long                               │
│ status         │ executed                                │
│ entry          │ market, GTC                             │
│ quantity       │ 199                                     │
│ risk           │ 1 % of equity                           │
│ stop           │ 5 % from the fill                       │
│ target 1       │ 2 R from the fill                       │
│ target 2       │ 3 R from the fill                       │
│ trailing stop  │ 4 % behind, from 1 R on, in steps of    │
│                │ 0.5                                     │
│ campaign       │ spring                                  │
│ note           │ a [red] day                             │
├────────────────┼─────────────────────────────────────────┤
│ position of    │ 5b1a7c1e-0d7e-4c55-9f0e-2f6a3c1d9e01    │
│ symbol         │ ACME long                               │
│ status         │ open                                    │
│ open           │ 199 of 199                              │
│ entry price    │ 100.02                                  │
│ last price     │ 100                                     │
│ stop           │ 95.019                                  │
│ target 1       │ 110.022                                 │
│ target 2       │ 115.023                                 │
│ trailing stop  │ 4.0008 behind, from 105.021 on, in      │
│                │ steps of 0.5                            │
│ open risk      │ 995.20                                  │
│ unrealized P&L │ -3.98                                   │
│ realized P&L   │ 0.00                                    │
│ R multiple     │ 0.00                                    │
│ campaign       │ spring                                  │
│ note           │ a [red] day                             │
└────────────────┴─────────────────────────────────────────┘
""",
        "",
    )


def test_a_signal_that_waits_is_shown_with_how_long(trader: Trader) -> None:
    entry = "--entry limit --entry-price 97 --good-until 2024-03-09T00:00Z --stop 94 --trail 2"
    waiting = trader.types(f"signal ACME long --quantity 10 --id {FIRST} {entry}")
    assert waiting == Finished(
        0,
        """\
┌───────────────┬─────────────────────────────────────────────┐
│ signal        │ 5b1a7c1e-0d7e-4c55-9f0e-2f6a3c1d9e01        │
│ symbol        │ ACME long                                   │
│ status        │ working                                     │
│ entry         │ limit at 97, GTD until 2024-03-09T00:00:00Z │
│ quantity      │ 10                                          │
│ stop          │ 94                                          │
│ trailing stop │ 2 behind                                    │
└───────────────┴─────────────────────────────────────────────┘
""",
        "",
    )


def test_a_signal_sent_again_does_nothing_and_that_is_said(trader: Trader) -> None:
    trader.buys()
    again = trader.types(f"signal ACME long --quantity 100 --id {FIRST} --stop 90 --target 110 --target2 120")
    assert (again.code, again.out.splitlines()[-1]) == (0, "Sent before with this id: nothing was done again.")
    assert trader.told("positions")["totalCount"] == 1


def test_a_refusal_is_said_on_standard_error_with_its_code_and_field(trader: Trader) -> None:
    wrong = "signal ACME long --quantity 10 --stop 110"
    line = (
        "papertape: the price 100 is already at or beyond the stop 110 (R14) (STOP_ALREADY_BREACHED, field stopLoss)\n"
    )
    assert trader.types(wrong) == Finished(1, "", line)
    as_json = trader.types(f"{wrong} --json")
    payload = json.loads(as_json.out)
    assert (as_json.code, as_json.err) == (1, line)
    assert (payload["signal"]["status"], payload["position"], payload["replayed"]) == ("REJECTED", None, False)
    assert [error["code"] for error in payload["errors"]] == ["STOP_ALREADY_BREACHED"]


def test_a_preview_tells_figures_and_does_nothing(trader: Trader) -> None:
    seen = trader.types("signal ACME long --risk-percent 1 --stop-percent 5 --target-r 2 --preview")
    assert seen == Finished(
        0,
        """\
┌───────────────────┬────────────┐
│ would be          │ accepted   │
│ quantity          │ 199        │
│ risk of the trade │ 1.00 %     │
│ heat              │ 1.00 %     │
│ buying power      │ 100,000.00 │
│ fill price        │ 100.02     │
│ commission        │ 1.00       │
│ stop              │ 95.019     │
│ target 1          │ 110.022    │
└───────────────────┴────────────┘
""",
        "",
    )
    refused = trader.types("signal ACME long --quantity 10 --stop 110 --preview")
    assert (refused.code, refused.err.split()[-3]) == (1, "(STOP_ALREADY_BREACHED,")
    ioc = "signal ACME long --quantity 1 --entry limit --entry-price 90 --time-in-force ioc --preview"
    assert (trader.types(ioc).code, trader.told(ioc)["accepted"], trader.told(ioc)["errors"]) == (1, False, [])
    assert trader.told("positions --all")["totalCount"] == 0


def test_open_positions_are_rows_where_they_fit_and_sections_where_they_do_not(trader: Trader) -> None:
    trader.buys()
    trader.types("signal ACME short --quantity 5 --id", SECOND)
    assert trader.types("positions") == Finished(
        0,
        """\
┏━━━━━━━━┳━━━━━━━┳━━━━━━━━┳━━━━━━┳━━━━━━━━┳━━━━━━┳━━━━━━┳━━━━━━━━━━┳━━━━━━━━━━┳━━━━━━━━━━━━┳━━━━━━━━━━┳━━━━━━┳━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━┓
┃ symbol ┃ side  ┃ status ┃ open ┃  entry ┃ last ┃ stop ┃ target 1 ┃ target 2 ┃ unrealized ┃ realized ┃    R ┃ signal                               ┃
┡━━━━━━━━╇━━━━━━━╇━━━━━━━━╇━━━━━━╇━━━━━━━━╇━━━━━━╇━━━━━━╇━━━━━━━━━━╇━━━━━━━━━━╇━━━━━━━━━━━━╇━━━━━━━━━━╇━━━━━━╇━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━┩
│ ACME   │ short │ open   │    5 │  99.98 │  100 │    – │        – │        – │      -0.10 │     0.00 │    – │ 5b1a7c1e-0d7e-4c55-9f0e-2f6a3c1d9e02 │
│ ACME   │ long  │ open   │  100 │ 100.02 │  100 │   90 │      110 │      120 │      -2.00 │     0.00 │ 0.00 │ 5b1a7c1e-0d7e-4c55-9f0e-2f6a3c1d9e01 │
└────────┴───────┴────────┴──────┴────────┴──────┴──────┴──────────┴──────────┴────────────┴──────────┴──────┴──────────────────────────────────────┘
""",  # noqa: E501 - as it is printed
        "",
    )
    narrow = trader.types("positions", columns=80).out
    assert re.findall(r"│ (position of|stop) +│ (\S+)", narrow) == [
        ("position of", SECOND),
        ("stop", "none"),
        ("position of", FIRST),
        ("stop", "90"),
    ]


def test_positions_are_chosen_by_symbol_and_closed_ones_are_shown_too_if_asked(trader: Trader) -> None:
    trader.buys()
    trader.types("close --signal-id", FIRST)
    assert trader.types("positions") == Finished(0, "There are no such positions.\n", "")
    assert [node["status"] for node in trader.told("positions --all --symbol ACME")["nodes"]] == ["CLOSED"]
    assert trader.told("positions --all --symbol OTHER") == {"totalCount": 0, "nodes": []}


def test_a_part_of_a_position_is_closed_and_then_the_rest(trader: Trader) -> None:
    trader.buys()
    part = trader.told(f"close --signal-id {FIRST} --percent 25")
    assert (part["position"]["openQuantity"], part["trade"], part["errors"]) == ("75", None, [])
    more = trader.told(f"close --position-id {part['position']['id']} --quantity 5 --market-price 100")
    assert more["position"]["openQuantity"] == "70"
    assert trader.types("close --signal-id", FIRST) == Finished(
        0,
        """\
┌────────────────┬──────────────────────────────────────┐
│ position of    │ 5b1a7c1e-0d7e-4c55-9f0e-2f6a3c1d9e01 │
│ symbol         │ ACME long                            │
│ status         │ closed                               │
│ open           │ 0 of 100                             │
│ entry price    │ 100.02                               │
│ last price     │ 100                                  │
│ stop           │ 90                                   │
│ target 1       │ 110                                  │
│ target 2       │ 120                                  │
│ open risk      │ 0.00                                 │
│ unrealized P&L │ 0.00                                 │
│ realized P&L   │ -5.00                                │
│ R multiple     │ 0.00                                 │
├────────────────┼──────────────────────────────────────┤
│ exit price     │ 99.98                                │
│ exit           │ manual                               │
│ net P&L        │ -5.00                                │
│ commission     │ 1.00                                 │
└────────────────┴──────────────────────────────────────┘
""",
        "",
    )
    again = trader.types("close --signal-id", FIRST)
    assert (again.code, again.out, "(POSITION_NOT_OPEN" in again.err) == (1, "", True)


def test_all_positions_are_closed_at_once(trader: Trader) -> None:
    trader.buys()
    trader.buys(SECOND)
    assert trader.types("close --all --symbol OTHER").code == 1
    assert trader.types("close --all --symbol ACME", columns=120) == Finished(
        0,
        """\
┏━━━━━━━━┳━━━━━━┳━━━━━━━━━━┳━━━━━━━━┳━━━━━━━┳━━━━━━━━━┳━━━━━━┳━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━┓
┃ symbol ┃ side ┃ quantity ┃  entry ┃  exit ┃ net P&L ┃    R ┃ signal                               ┃
┡━━━━━━━━╇━━━━━━╇━━━━━━━━━━╇━━━━━━━━╇━━━━━━━╇━━━━━━━━━╇━━━━━━╇━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━┩
│ ACME   │ long │      100 │ 100.02 │ 99.98 │   -5.00 │ 0.00 │ 5b1a7c1e-0d7e-4c55-9f0e-2f6a3c1d9e01 │
│ ACME   │ long │      100 │ 100.02 │ 99.98 │   -5.00 │ 0.00 │ 5b1a7c1e-0d7e-4c55-9f0e-2f6a3c1d9e02 │
└────────┴──────┴──────────┴────────┴───────┴─────────┴──────┴──────────────────────────────────────┘
""",
        "",
    )
    nothing = f"papertape: account {trader.account} has nothing open (R27) (NOTHING_TO_CLOSE)\n"
    assert trader.types("close --all") == Finished(1, "", nothing)


def test_an_open_position_is_amended_and_none_takes_away(trader: Trader) -> None:
    trader.buys()
    amended = trader.told(f"amend --signal-id {FIRST} --stop 95 --target2 none --trail 3 --note held")["position"]
    shown = {name: amended[name] for name in ("stopLoss", "initialStopLoss", "target1", "target2", "note")}
    assert shown == {"stopLoss": "95", "initialStopLoss": "90", "target1": "110", "target2": None, "note": "held"}
    assert amended["trailingStop"] == {"offset": "3", "activation": None, "step": None}
    trader.types("close --quantity 90 --signal-id", FIRST)
    without = trader.types(f"amend --signal-id {FIRST} --trail none --stop none --note none")
    assert (without.code, "│ stop           │ none" in without.out, "trailing" in without.out) == (0, True, False)


def test_a_signal_that_waits_is_amended_or_seen_beforehand(trader: Trader) -> None:
    trader.types(f"signal ACME long --entry limit --entry-price 97 --quantity 10 --stop 90 --id {FIRST}")
    change = f"amend --signal-id {FIRST} --stop-distance 4 --quantity 20 --entry-price 96"
    assert trader.told(f"{change} --preview")["quantity"] == "20"
    amended = trader.told(change)["signal"]
    levels = {name: amended[name] for name in ("entryPrice", "quantity", "stopLoss", "stopDistance")}
    assert levels == {"entryPrice": "96", "quantity": "20", "stopLoss": None, "stopDistance": "4"}


def test_an_amendment_that_something_came_before_is_refused(trader: Trader) -> None:
    cursor = trader.told("account")["cursor"]
    trader.buys()
    late = trader.types(f"amend --signal-id {FIRST} --stop 95 --if-cursor {cursor}")
    assert (late.code, late.out, "(CHANGED_MEANWHILE" in late.err) == (1, "", True)
    now = trader.told("account")["cursor"]
    assert trader.types(f"amend --signal-id {FIRST} --stop 95 --if-cursor {now}").code == 0


def test_what_is_amended_may_be_said(trader: Trader) -> None:
    trader.buys()
    as_signal = trader.types(f"amend --signal --signal-id {FIRST} --note x")
    assert (as_signal.code, "(SIGNAL_NOT_WORKING" in as_signal.err) == (1, True)
    as_position = trader.types(f"amend --position --signal-id {UNKNOWN} --note x")
    assert (as_position.code, "(POSITION_NOT_FOUND" in as_position.err) == (1, True)
    preview = trader.types(f"amend --position --signal-id {FIRST} --stop 95 --preview")
    assert (preview.code, "│ would be " in preview.out) == (0, True)
    line = "papertape: quantity can be amended of a signal that waits, not of an open position\n"
    assert trader.types(f"amend --signal-id {FIRST} --quantity 5") == Finished(2, "", line)


def test_an_account_is_shown(trader: Trader) -> None:
    trader.buys()
    trader.types(f"close --signal-id {FIRST} --quantity 50")
    shown = trader.types("account", columns=80)
    assert (shown.code, shown.err) == (0, "")
    figures = dict(re.findall(r"^│ (.+?) +│ (.+?) +│$", shown.out, re.MULTILINE))
    assert re.fullmatch(r"[0-9a-f]+", figures.pop("cursor"))
    assert figures == {
        "account": f"{trader.account}, session 1",
        "takes signals": "yes",
        "equity": "99,996.25 USD",
        "cash": "94,996.25",
        "buying power": "94,996.25",
        "heat": "0.50 %",
        "today's P&L": "-3.75",
        "total P&L": "-3.75",
        "realized P&L": "-2.50",
        "unrealized P&L": "-1.00",
        "drawdown": "0.00 %, at most 0.00 %",
        "open positions": "1",
        "working signals": "0",
        "trades": "0",
    }


def test_an_account_that_is_not_there_is_named(server: Server, tmp_path: Path) -> None:
    where = ("--account", "nobody", "--url", server.url)
    named = "papertape: there is no account 'nobody': enable creates it"
    for command in ("account", "positions"):
        assert papertape(command, *where, folder=tmp_path) == Finished(2, "", f"{named}\n")
    refused = f"{named} (R35) (ACCOUNT_NOT_FOUND, field account)\n"
    for words in ("signal ACME long --quantity 1", "close --all", f"amend --signal-id {FIRST} --note x"):
        assert papertape(*words.split(), *where, folder=tmp_path) == Finished(2, "", refused)


def test_a_server_that_is_not_there_is_named_without_a_password(tmp_path: Path) -> None:
    away = papertape("account", "--url", "http://me:secret@127.0.0.1:1", folder=tmp_path)
    line = "papertape: cannot reach http://127.0.0.1:1/graphql: All connection attempts failed\n"
    assert away == Finished(2, "", line)


def test_a_token_that_is_missing_or_wrong_is_asked_for_and_not_shown(tmp_path: Path) -> None:
    with serving(folder=tmp_path, environment={"PAPERTAPE_TOKEN": "the-token-of-this-desk"}) as server:

        def asked(*more: str) -> Finished:
            return papertape("positions", "--url", server.url, *more, folder=tmp_path)

        line = (
            "papertape: the server asks for its token: give it with --token, or as PAPERTAPE_TOKEN (UNAUTHENTICATED)\n"
        )
        assert asked() == asked("--token", "the-token-of-another") == Finished(2, "", line)
        assert asked("--token", "the-token-of-this-desk").err == (
            "papertape: there is no account 'default': enable creates it\n"
        )


def test_an_order_without_an_answer_tells_how_to_send_it_again(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:

        def hang_up() -> None:
            connection, _ = silent.accept()
            with connection:
                connection.recv(1)

        answering = threading.Thread(target=hang_up)
        answering.start()
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        lost = papertape("close", "--all", "--id", FIRST, "--url", url, folder=tmp_path)
        answering.join()
    assert (lost.code, lost.out, lost.err.count("\n")) == (2, "", 1)
    assert lost.err.startswith(f"papertape: cannot reach {url}/graphql: ")
    assert lost.err.endswith(f"; it may have been done: send it again with --id {FIRST}, and it happens once\n")
