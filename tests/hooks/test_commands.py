"""`papertape hook create`, `list`, `deliveries` and `revoke` against a real server."""

import json
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.processes import Finished, Server, papertape, serving

ENABLE = "mutation { enable { errors { code } } }"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with serving("--clock", "market", folder=tmp_path_factory.mktemp("server")) as running:
        running.query(ENABLE)
        yield running


@pytest.fixture
def hook(server: Server, tmp_path: Path) -> "Hook":
    return Hook(server, tmp_path)


class Hook:
    """Types `papertape hook`."""

    def __init__(self, server: Server, folder: Path) -> None:
        self._server, self._folder = server, folder

    def __call__(self, *words: str) -> Finished:
        environment = {"COLUMNS": "200"}
        return papertape("hook", *words, "--url", self._server.url, folder=self._folder, environment=environment)


def test_a_hook_is_made_used_shown_and_revoked(hook: Hook) -> None:
    defaults = ("--stop-percent", "5", "--target-r", "2", "--quantity", "3", "--asset-class", "crypto")
    names = ("--symbol", "COINBASE:BTCUSD=BTC/USD", "--field", "coin=ticker", "--field", "mood=")
    made = json.loads(hook("create", "door", *defaults, *names, "--json").out)
    assert made["address"].endswith(made["path"])
    assert {name: made["hook"][name] for name in ("stopPercent", "target1R", "quantity", "assetClass")} == {
        "stopPercent": "5",
        "target1R": "2",
        "quantity": "3",
        "assetClass": "CRYPTO",
    }
    answer = httpx.post(made["address"], json={"coin": "COINBASE:BTCUSD", "action": "buy", "price": 100, "mood": "up"})
    assert (answer.status_code, answer.json()["message"]) == (200, "LONG 3 BTC/USD at 100.02")
    shown = json.loads(hook("deliveries", "door", "--json").out)
    assert [(node["status"], node["signalId"]) for node in shown["nodes"]] == [("DONE", answer.json()["signalId"])]
    assert "│ done   │ LONG 3 BTC/USD at 100.02 │" in hook("deliveries", "door").out
    assert hook("revoke", "door").out == "The hook door is revoked.\n"
    assert httpx.post(made["address"], json={}).status_code == 404
    [listed] = [one for one in json.loads(hook("list", "--json").out)["hooks"] if one["name"] == "door"]
    assert (listed["deliveryCount"], listed["revokedAt"] is None) == (1, False)
    again = json.loads(hook("create", "door", "--json").out)
    assert again["secret"] != made["secret"]
    assert httpx.post(again["address"], json={}).status_code == 400


def test_what_is_printed_of_a_new_hook_can_be_copied(hook: Hook) -> None:
    printed = hook("create", "copied", "--template", "text")
    assert (printed.code, printed.err) == (0, "")
    assert "/hooks/copied/" in printed.out
    assert (
        "\nFields:\naction={{strategy.order.action}},ticker={{ticker}},price={{close}},time={{timenow}},quantity=1\n"
        in printed.out
    )
    assert "\nMind: TradingView's own sentence has no time: " in printed.out


def test_what_is_wrong_is_said_in_one_line(hook: Hook) -> None:
    hook("create", "taken")
    for words, code, complaint in (
        (
            ("create", "taken"),
            1,
            "there is a hook taken already: revoke it, or take another name (INVALID_INPUT, field",
        ),
        (("create", "a/b"), 1, "name is 1 to 64 letters, digits, dots, hyphens and underscores (INVALID_INPUT, field"),
        (("create", "x", "--account", "nobody"), 2, "there is no account 'nobody': enable creates it (R35) (ACCOUNT_N"),
        (("create", "x", "--template", "y"), 1, "there is no template 'y'; there are json, text, tradingview (INVALID"),
        (("create", "x", "--quantity", "1", "--risk-percent", "1"), 2, "give --risk-percent or --quantity, not both"),
        (("create", "x", "--symbol", "A=b"), 1, "not 'b' (INVALID_INPUT, field symbol)"),
        (("create", "x", "--field", "a=b"), 1, "fields names 'b' for 'a'; there are symbol, exchange, action, positio"),
        (("revoke", "nothing"), 1, "there is no hook of that name, or it was revoked before (INVALID_INPUT, field nam"),
        (("deliveries", "nothing"), 2, "there is no hook 'nothing': papertape hook list shows those that there are"),
    ):
        said = hook(*words)
        assert (said.code, said.out, said.err.count("\n")) == (code, "", 1), words
        assert complaint in said.err, words
