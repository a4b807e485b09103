"""A server while it runs: its health, its log, and what it says when its database goes away."""

import re
import sqlite3
from pathlib import Path

from api.persistence.migrations import newest_revision
from tests.conftest import sqlite_url_in
from tests.processes import Server, papertape, serving
from tests.services import PostgresServer

JSON_LOG = {"PAPERTAPE_LOG_FORMAT": "json"}
ENABLE = "mutation { enable { account { name } } }"
A_SIGNAL = {
    "id": "6f1c1e1e-58ab-4d43-9d3c-52f0a0a3b7aa",
    "symbol": "ACME",
    "side": "LONG",
    "marketPrice": "100",
    "stopLoss": "95",
    "target1": "110",
    "quantity": "10",
}
EXECUTE = """
mutation ($input: ExecuteSignalInput!) { executeSignal(input: $input) { position { id } errors { code message } } }
"""


def test_a_server_answers_for_its_health(tmp_path: Path) -> None:
    with serving(folder=tmp_path) as server:
        healthy, ready = server.http.get("/healthz"), server.http.get("/readyz")
    assert (healthy.status_code, healthy.text) == (200, "ok")
    checks = {"database": True, "migrations": True, "journalTail": True, "writer": True, "clock": True}
    assert (ready.status_code, ready.json()) == (200, checks)


def test_a_server_whose_database_is_gone_is_alive_but_not_ready(
    tmp_path: Path, postgres: PostgresServer, postgres_url: str
) -> None:
    with serving("--database-url", postgres_url, folder=tmp_path, environment=JSON_LOG) as server:
        postgres.drop(postgres_url)
        postgres.created.add(postgres_url.rpartition("/")[2])
        gone = server.http.get("/readyz")
        assert gone.status_code == 503
        assert (gone.json()["database"], gone.json()["migrations"]) == (False, False)
        assert server.http.get("/healthz").status_code == 200
        answer = server.http.post("/graphql", json={"query": ENABLE}).json()
        assert [error["extensions"]["code"] for error in answer["errors"]] == ["UNAVAILABLE"]
        server.until(lambda _: "error" in {line["level"] for line in server.logged()}, "no error was logged")


def test_the_log_names_signal_position_and_account_and_refusals_are_no_errors(tmp_path: Path) -> None:
    with serving(folder=tmp_path, environment=JSON_LOG) as server:
        server.query(ENABLE)
        server.query(EXECUTE, input=A_SIGNAL)
        server.query(EXECUTE, input={**A_SIGNAL, "id": None, "stopLoss": "120"})
        server.query(EXECUTE, input={**A_SIGNAL, "account": "nobody"})
        position = server.query("{ positions { nodes { id signalId } } }")["positions"]["nodes"]
        server.stop()
        records = [{name: line.get(name) for name in NAMED} for line in server.logged()]
    assert [line["signalId"] for line in position] == [A_SIGNAL["id"]]
    done, refused, unknown, end = records[1:]
    assert records[0] == {**NOTHING, "level": "info", "event": "done", "account": "default", "kind": "enable"}
    assert done.pop("position") is not None
    assert {"position": None, **done} == {
        **NOTHING,
        "level": "info",
        "event": "done",
        **OF_SIGNAL,
        "kind": "executeSignal",
        "became": "OPENED",
    }
    assert (refused["level"], refused["event"], refused["account"]) == ("info", "refused", "default")
    assert (refused["code"], refused["symbol"]) == ("INVALID_LEVELS", "ACME")
    assert (unknown["level"], unknown["event"], unknown["code"]) == ("info", "refused", "ACCOUNT_NOT_FOUND")
    assert unknown["account"] == "nobody"
    assert end == {**NOTHING, "level": "info", "event": "journal head"}


def test_no_answer_is_taken_for_another_type_than_it_says_it_has(tmp_path: Path) -> None:
    with serving(folder=tmp_path) as server:
        answers = [
            server.http.post("/graphql", json={"query": "{ clock }"}),
            server.http.get("/", headers={"host": "elsewhere.example"}),
            *(server.http.get(path) for path in ("/", "/nowhere", "/graphql", "/readyz")),
        ]
    assert [answer.status_code for answer in answers] == [200, 403, 200, 404, 400, 200]
    assert {answer.headers["x-content-type-options"] for answer in answers} == {"nosniff"}


BAR = {"symbol": "ACME", "start": "2024-01-02T14:30:00Z", "end": "2024-01-02T14:31:00Z", "volume": "1000"}
INGEST = "mutation ($input: IngestBarsInput!) { ingestBars(input: $input) { applied errors { code } } }"
COUNTED = """papertape_signals_total{outcome="EXECUTED"} 1.0
papertape_signals_total{outcome="REJECTED"} 1.0
papertape_refusals_total{code="INVALID_LEVELS"} 1.0
papertape_fills_total{reason="ENTRY"} 1.0
papertape_bars_total 1.0
papertape_stream_subscribers 0.0
papertape_stream_waiting 0.0
papertape_wakeup_connected 1.0
papertape_transaction_seconds_count 4.0
papertape_transaction_commands_sum 4.0
papertape_request_seconds_count{path="/graphql",status="200"} 4.0
"""


def test_metrics_count_what_the_desk_did(tmp_path: Path) -> None:
    with serving(folder=tmp_path) as server:
        server.query(ENABLE)
        server.query(INGEST, input={"bars": [{**BAR, "open": "99", "high": "101", "low": "98", "close": "100"}]})
        server.query(EXECUTE, input=A_SIGNAL)
        server.query(EXECUTE, input={**A_SIGNAL, "id": None, "stopLoss": "120"})
        metrics = server.http.get("/metrics").text.splitlines()
    assert [line for line in COUNTED.splitlines() if line not in metrics] == []


NAMED = ("level", "event", "account", "kind", "signal", "position", "symbol", "code", "became")
NOTHING = dict.fromkeys(NAMED)
OF_SIGNAL = {"account": "default", "signal": A_SIGNAL["id"], "symbol": "ACME"}


def test_a_log_for_people_has_no_colours_when_it_goes_to_a_file(tmp_path: Path) -> None:
    with serving(folder=tmp_path) as server:
        server.query(ENABLE)
        server.stop()
        done, ended = server.err.splitlines()
        assert re.fullmatch(r"\S+Z \[info     \] done +account=default facts=\d kind=enable", done)
        assert re.fullmatch(r"\S+Z \[info     \] journal head +head=\d:[0-9a-f]{64}", ended)


def test_the_embedded_database_is_migrated_up_and_down_and_not_verified_in_between(tmp_path: Path) -> None:
    url = sqlite_url_in(tmp_path)
    shown = url.replace("+aiosqlite", "")
    up = papertape("migrate", "--database-url", url, folder=tmp_path)
    assert (up.code, up.out, up.err) == (0, f"{shown} is at revision {newest_revision()}.\n", "")
    down = papertape("migrate", "--database-url", url, "--revision", "base", folder=tmp_path)
    assert (down.code, down.out, down.err) == (0, f"{shown} is at revision base.\n", "")
    pending = papertape("verify", "--database-url", url, folder=tmp_path)
    assert (pending.code, pending.out) == (1, "")
    assert (
        pending.complaint
        == f"papertape: the database is empty, not at {newest_revision()}: run `papertape migrate` first"
    )


def test_a_revision_that_is_unknown_is_named(tmp_path: Path) -> None:
    result = papertape("migrate", "--revision", "9999", folder=tmp_path)
    assert result.code == 1
    complaint = "papertape: cannot bring the database to revision 9999: Can't locate revision identified by '9999'\n"
    assert result.err == complaint


def test_verify_succeeds_beside_a_running_server_and_fails_once_a_row_is_changed(tmp_path: Path) -> None:
    with serving(folder=tmp_path) as server:
        open_a_position(server)
        beside = papertape("verify", folder=tmp_path)
        server.stop()
    assert (beside.code, beside.err) == (0, "")
    assert "no differences.\n" in beside.out
    tamper(tmp_path / "papertape.sqlite3")
    after = papertape("verify", folder=tmp_path)
    assert after.code == 1
    assert "positions " in after.out
    assert " is not what the journal says" in after.out


def open_a_position(server: Server) -> None:
    server.query(ENABLE)
    assert server.query(EXECUTE, input=A_SIGNAL)["executeSignal"]["errors"] == []


def tamper(database: Path) -> None:

    with sqlite3.connect(database) as connection:
        connection.execute("UPDATE positions SET entry_price = entry_price + 1")
    connection.close()
