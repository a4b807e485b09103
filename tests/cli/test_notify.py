"""`papertape notify` as its users type it, with URLs that nobody else gets to see."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.notifications.given_up import REASON, give_up_two
from tests.notifications.receiver import Answer, Receiver
from tests.processes import Finished, Server, papertape, serving, wait_until

SIGNAL = """mutation { enable { errors { message } } executeSignal(input: {
  symbol: "ACME", side: LONG, marketPrice: "100", stopLoss: "98", quantity: "10"
}) { errors { message } } }"""


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    with serving("--notify-private", "127.0.0.1", folder=tmp_path) as server:
        yield server


def notify(server: Server, *words: str, url: str | None = None) -> Finished:
    """The command, with a URL in its environment if there is one."""
    environment = {} if url is None else {"PAPERTAPE_NOTIFY_URL": url}
    return papertape("notify", *words, "--url", server.url, folder=Path.cwd(), environment=environment)


def table_of(text: str) -> dict[str, str]:
    """The rows of a table of names and figures."""
    lines = [line.split("│")[1:-1] for line in text.splitlines() if line.startswith("│")]
    return {name.strip(): figure.strip() for name, figure in lines}


def test_somebody_is_told_tested_listed_and_told_nothing_any_more(server: Server) -> None:
    with Receiver() as receiver:
        server.query("mutation { enable { errors { code } } }")
        added = notify(server, "add", "phone", "--events", "opened, closed", "--account", "default", url=receiver.url)
        assert (added.code, added.err) == (0, "")
        shown = table_of(added.out)
        assert shown.pop("secret").startswith("whsec_")
        assert shown == {
            "name": "phone",
            "to": f"http://127.0.0.1:{receiver.port}/…",
            "events": "opened closed",
            "accounts": "default",
            "pending": "0",
            "sent": "0",
            "given up": "0",
            "how it goes": "nothing sent yet",
        }
        assert notify(server, "test", "phone") == Finished(0, "The test has arrived at phone.\n", "")
        server.query(SIGNAL)
        wait_until(lambda: len(receiver.taken) == 2, "it did not arrive")
        assert [posted.json["type"] for posted in receiver.taken] == ["test", "position.opened"]

        def listed() -> dict[str, object]:
            [state] = json.loads(notify(server, "list", "--json").out)["notifications"]
            return dict(state)

        wait_until(lambda: listed()["sent"] == 1, "it was not kept")
        assert listed()["pending"] == 0
        text = notify(server, "list").out
        assert "well" in text
        assert "topsecret" not in text
        assert notify(server, "remove", "phone") == Finished(0, "phone is told nothing any more.\n", "")
        assert notify(server, "list") == Finished(0, "Nobody is told: papertape notify add.\n", "")


def test_what_fails_is_listed_and_a_test_says_why(server: Server) -> None:
    with Receiver(lambda _: Answer(503)) as receiver:
        assert notify(server, "add", "pager", receiver.url).code == 0
        server.query(SIGNAL)
        wait_until(lambda: "failing since" in notify(server, "list").out, "it did not fail")
        text = notify(server, "list").out
        assert "it answered 503; again at" in text
        tested = notify(server, "test", "pager")
        assert tested == Finished(1, "", "papertape: the test did not arrive at pager: it answered 503\n")


def test_what_was_given_up_is_listed_with_since_when_and_why(tmp_path: Path) -> None:
    with Receiver() as receiver:
        with serving("--notify-private", "127.0.0.1", folder=tmp_path) as server:
            assert notify(server, "add", "pager", receiver.url).code == 0
            assert server.stop() == 0
        give_up_two(tmp_path, "pager")
        with serving("--notify-private", "127.0.0.1", folder=tmp_path) as server:
            [state] = json.loads(notify(server, "list", "--json").out)["notifications"]
            told = notify(server, "list").out
    assert (state["failed"], state["givenUpSince"], state["givenUpReason"]) == (2, "2024-01-02T15:04:05Z", REASON)
    assert "│ 2 since 2024-01-02T15:04:05Z, the last: it answered 503 │" in told


@pytest.mark.parametrize(
    ("words", "code", "complaint"),
    [
        (("add", "x"), 2, "where to? Give a URL, - and the URL on standard input, or PAPERTAPE_NOTIFY_URL"),
        (("add", "x", "-"), 2, "where to? Give a URL, - and the URL on standard input, or PAPERTAPE_NOTIFY_URL"),
        (
            ("add", "x", "https://10.0.0.1/topsecret"),
            1,
            "url leads to an address where nothing is sent: 10.0.0.1 is no address of the internet: "
            "serve --notify-private 10.0.0.1 allows it (INVALID_INPUT, field url)",
        ),
        (("remove", "nobody"), 1, "there is no notification 'nobody' (INVALID_INPUT, field name)"),
        (("test", "nobody"), 1, "there is no notification 'nobody' (INVALID_INPUT, field name)"),
    ],
)
def test_what_cannot_be_done_is_said_in_a_line(
    server: Server, words: tuple[str, ...], code: int, complaint: str
) -> None:
    assert notify(server, *words) == Finished(code, "", f"papertape: {complaint}\n")


@pytest.mark.parametrize(
    ("written", "code", "complaint"),
    [
        ("https://ex\nample.com/", 2, "a URL is one line, and on standard input there are more"),
        ("https://10.0.0.1/\n", 1, "url leads to an address where nothing is sent: 10.0.0.1 is no address"),
    ],
)
def test_a_url_on_standard_input_is_one_line(
    server: Server, tmp_path: Path, written: str, code: int, complaint: str
) -> None:
    (tmp_path / "url.txt").write_text(written)
    with (tmp_path / "url.txt").open() as stdin:
        said = papertape("notify", "add", "x", "-", "--url", server.url, folder=tmp_path, stdin=stdin)
    assert (said.code, said.out) == (code, "")
    assert said.err.startswith(f"papertape: {complaint}")


def test_an_account_that_is_not_there_is_named(server: Server) -> None:
    refused = notify(server, "add", "x", "https://1.1.1.1/", "--account", "nope")
    complaint = "papertape: there is no account 'nope': enable creates it (R35) (ACCOUNT_NOT_FOUND, field accounts)\n"
    assert (refused.out, refused.err) == ("", complaint)


def test_events_that_are_none_are_named_with_those_that_are(server: Server) -> None:
    refused = notify(server, "add", "x", "https://1.1.1.1/", "--events", "opened,eaten")
    known = "opened, target1, closed, refused, halted, daily, feed-lost"
    assert (refused.code, refused.out) == (2, "")
    assert f"'eaten' is none of {known}" in refused.err
