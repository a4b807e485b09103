"""`papertape mcp` as agents reach it: as a program that their host starts, and over HTTP, against a real server."""

import asyncio
import json
import os
import signal
import subprocess
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

import httpx
import httpx2
import pytest
from mcp import Client
from mcp.client.stdio import StdioServerParameters, stdio_client
from mcp.client.streamable_http import streamable_http_client

from tests.agents.agent import ENABLE, INGEST, Agent, a_bar
from tests.processes import (
    PAPERTAPE,
    PATIENCE_SECONDS,
    Server,
    clean_environment,
    free_port,
    papertape,
    running,
    serving,
    wait_until,
)

TOKEN, AGENTS_TOKEN = "open-sesame-and-more", "sesame-for-the-agents"
SIGNAL = {"symbol": "ACME", "side": "LONG", "quantity": "1", "stopLoss": "95"}


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server that asks for a token, where ACME is at 100."""
    folder = tmp_path_factory.mktemp("desk")
    with serving("--clock", "market", folder=folder, environment={"PAPERTAPE_TOKEN": TOKEN}) as server:
        server.http.headers["Authorization"] = f"Bearer {TOKEN}"
        server.query(INGEST, bars=[a_bar(1)])
        server.query(ENABLE, account="default")
        yield server


@asynccontextmanager
async def over_stdio(desk: Server, folder: Path, *words: str, token: str = TOKEN) -> AsyncIterator[Agent]:
    """An agent whose host starts `papertape mcp`; what that logs is in mcp.err."""
    started = StdioServerParameters(
        command=str(PAPERTAPE), args=["mcp", "--url", desk.url, *words], env={"PAPERTAPE_TOKEN": token}, cwd=folder
    )
    with (folder / "mcp.err").open("w") as errors:
        async with Client(stdio_client(started, errors)) as client:
            yield Agent(client)


@contextmanager
def serving_agents(desk: Server, folder: Path, *words: str) -> Iterator[str]:
    """The address of `papertape mcp --transport http`, which is stopped at the end."""
    port = free_port()
    command = [str(PAPERTAPE), "mcp", "--transport", "http", "--port", str(port), "--url", desk.url, *words]
    secrets = {"PAPERTAPE_TOKEN": TOKEN, "PAPERTAPE_MCP_TOKEN": AGENTS_TOKEN}
    with running(command, folder=folder, environment=secrets) as (process, out, _):
        address = f"http://127.0.0.1:{port}/mcp"
        began, ended = f"Papertape 0.1.0 serves agents at {address}\n", "Papertape has stopped.\n"
        wait_until(lambda: out.read_text().endswith("\n"), "it did not begin")
        assert out.read_text() == began
        yield address
        process.send_signal(signal.SIGINT)
        assert process.wait(PATIENCE_SECONDS) == 0
        assert out.read_text() == began + ended


@asynccontextmanager
async def over_http(address: str, mode: str = "auto") -> AsyncIterator[Agent]:
    """An agent that reaches a server over HTTP."""
    http = httpx2.AsyncClient(headers={"Authorization": f"Bearer {AGENTS_TOKEN}"})
    async with http, Client(streamable_http_client(address, http_client=http), mode=mode) as client:
        yield Agent(client)


async def test_a_host_starts_it_and_an_agent_trades(desk: Server, tmp_path: Path) -> None:
    async with over_stdio(desk, tmp_path, "--allow", "trade") as agent:
        assert agent.client.server_info is not None
        assert (agent.client.server_info.name, agent.client.server_info.version) == ("papertape", "0.1.0")
        assert "preview" in (agent.client.instructions or "")
        bought = await agent.buys()
        assert (bought["signal"]["status"], bought["position"]["entryPrice"]) == ("EXECUTED", "100.02")
        held = await agent.does("positions")
        assert bought["signal"]["signalId"] in [item["signalId"] for item in held["items"]]
    assert (tmp_path / "mcp.err").read_text() == ""


async def test_it_only_reads_unless_more_is_allowed(desk: Server, tmp_path: Path) -> None:
    async with over_stdio(desk, tmp_path) as agent:
        assert {"execute", "amend", "close", "close_all", "cancel"} & set(await agent.tools()) == set()
        previewed = await agent.does("preview", **SIGNAL)
        assert (await agent.fails("execute", previewId=previewed["previewId"]))[0] == "NOT_ALLOWED"


async def test_a_wrong_token_for_the_desk_is_told_and_not_shown(desk: Server, tmp_path: Path) -> None:
    wrong = "a-token-of-elsewhere"
    async with over_stdio(desk, tmp_path, token=wrong) as agent:
        code, sentence = await agent.fails("account")
        assert (code, "PAPERTAPE_TOKEN" in sentence, wrong in sentence) == ("DESK_REFUSED", True, False)
        assert (await agent.fails("quotes"))[0] == "DESK_REFUSED"
    assert wrong not in (tmp_path / "mcp.err").read_text()


def test_standard_output_carries_the_protocol_alone_whatever_comes_in(desk: Server, tmp_path: Path) -> None:
    lines = ["", "nonsense", '{"half', "[]", '{"jsonrpc": "2.0", "id": 1, "method": "no/such"}', "\u202e" * 5_000]
    (tmp_path / "lines").write_text("\n".join(lines))
    secrets = {"PAPERTAPE_TOKEN": TOKEN}
    with (tmp_path / "lines").open() as stdin:
        done = papertape("mcp", "--url", desk.url, folder=tmp_path, environment=secrets, stdin=stdin)
    answers = [json.loads(line) for line in done.out.splitlines()]
    assert {answer["jsonrpc"] for answer in answers} <= {"2.0"}
    assert (done.code, TOKEN in done.out + done.err) == (0, False)


def test_an_interrupt_ends_it_while_it_waits_for_input(desk: Server, tmp_path: Path) -> None:
    process = subprocess.Popen(
        [str(PAPERTAPE), "mcp", "--url", desk.url],
        cwd=tmp_path,
        env=clean_environment({"PAPERTAPE_TOKEN": TOKEN}),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    with process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(b'{"jsonrpc": "2.0", "id": 1, "method": "ping"}\n')
        process.stdin.flush()
        assert json.loads(process.stdout.readline())["id"] == 1
        process.send_signal(signal.SIGINT)
        assert process.wait(PATIENCE_SECONDS) == -signal.SIGINT


@pytest.mark.parametrize("mode", ["auto", "legacy"])
async def test_agents_trade_over_http(desk: Server, tmp_path: Path, mode: str) -> None:
    with serving_agents(desk, tmp_path, "--allow", "trade") as address:
        async with over_http(address, mode) as agent:
            bought = await agent.buys()
            again = await agent.does("execute", previewId=bought["signal"]["signalId"])
            assert (bought["replayed"], again["replayed"]) == (False, True)
            await agent.does("close", signalId=bought["signal"]["signalId"])
    log = (tmp_path / "0.err").read_text()
    assert (TOKEN in log, AGENTS_TOKEN in log) == (False, False)


async def test_a_preview_is_executed_over_whichever_connection(desk: Server, tmp_path: Path) -> None:
    with serving_agents(desk, tmp_path, "--allow", "trade") as address:
        async with over_http(address) as agent:
            preview_id = (await agent.does("preview", **SIGNAL))["previewId"]
        async with over_http(address, "legacy") as agent:
            executed = await asyncio.gather(*(agent.does("execute", previewId=preview_id) for _ in range(5)))
    assert sorted(answer["replayed"] for answer in executed) == [False, True, True, True, True]


def test_who_lacks_the_token_or_comes_from_elsewhere_is_turned_away(desk: Server, tmp_path: Path) -> None:
    token = {"Authorization": f"Bearer {AGENTS_TOKEN}"}
    with serving_agents(desk, tmp_path) as address:
        answers = {
            what: answered(address, headers)
            for what, headers in {
                "nothing": {},
                "the desk's token": {"Authorization": f"Bearer {TOKEN}"},
                "a foreign name": {**token, "Host": "evil.example"},
                "a foreign page": {**token, "Origin": "http://evil.example"},
                "half JSON": token,
            }.items()
        }
        assert httpx.post(address, content=b"9" * 300_000, headers=token).status_code == 413
    assert answers == {
        "nothing": (401, "UNAUTHENTICATED"),
        "the desk's token": (401, "UNAUTHENTICATED"),
        "a foreign name": (403, "FORBIDDEN"),
        "a foreign page": (403, "FORBIDDEN"),
        "half JSON": (400, -32700),
    }


def answered(address: str, headers: Mapping[str, str]) -> tuple[int, Any]:
    """The status and the code with which half a request is answered."""
    sent = {"Content-Type": "application/json", "Accept": "application/json, text/event-stream", **headers}
    answer = httpx.post(address, content=b'{"half', headers=sent)
    body = answer.json()
    return answer.status_code, body["error"]["code"] if "error" in body else body["errors"][0]["extensions"]["code"]


@pytest.mark.parametrize(
    ("words", "environment", "complaint"),
    [
        (
            ["--transport", "http", "--host", "0.0.0.0"],  # noqa: S104 - it is refused
            {},
            "listening on 0.0.0.0 opens the desk to the network: set --mcp-token (or PAPERTAPE_MCP_TOKEN) first",
        ),
        (
            ["--transport", "http"],
            {"PAPERTAPE_TOKEN": TOKEN},
            "the desk asks for a token, and whoever reaches this server could use the desk without it: set --mcp-token "
            "(or PAPERTAPE_MCP_TOKEN) first",
        ),
        (["--port", "8001"], {}, "--host, --port and --mcp-token need --transport http"),
        (
            ["--transport", "http"],
            {"PAPERTAPE_MCP_TOKEN": "short"},
            "--mcp-token (PAPERTAPE_MCP_TOKEN): 5 characters can be guessed; use 16 or more, as `openssl rand -hex 16` "
            "prints them",
        ),
        (
            ["--transport", "http", "--port", "70000"],
            {},
            "--port (PAPERTAPE_MCP_PORT): Input should be less than or equal to 65535",
        ),
        (
            ["--allow", "everything"],
            {},
            "Invalid value for '--allow': 'everything' is not one of 'read', 'manage', 'trade'. (--help says more)",
        ),
        (["--url", "desk"], {}, "the server's URL must be like http://127.0.0.1:8000, not 'desk'"),
    ],
)
def test_options_that_would_not_do_are_told_in_a_line(
    tmp_path: Path, words: list[str], environment: dict[str, str], complaint: str
) -> None:
    ended = papertape("mcp", *words, folder=tmp_path, environment=environment)
    assert (ended.code, ended.out, ended.err) == (2, "", f"papertape: {complaint}\n")


def test_without_its_extra_it_says_what_to_install(tmp_path: Path) -> None:
    hidden = tmp_path / "sitecustomize.py"
    hidden.write_text("import sys\nsys.modules['mcp'] = None\n")
    done = subprocess.run(
        [str(PAPERTAPE), "mcp"],
        cwd=tmp_path,
        env={**clean_environment(), "PYTHONPATH": os.fspath(tmp_path)},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=PATIENCE_SECONDS,
    )
    assert (done.returncode, done.stderr) == (2, "papertape: agents need the extra: pip install 'papertape[mcp]'\n")
