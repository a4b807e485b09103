"""The unit for systemd and the site for nginx are what those programs take, and what the desk needs of them."""

import json
import os
import re
import shlex
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
import typer
from websockets.sync.client import connect
from websockets.typing import Origin, Subprotocol

from api.cli.app import app
from api.settings import ServerSettings
from tests.processes import PAPERTAPE, Server, free_port, serving, wait_until
from tests.services import unavailable

EXAMPLES = Path(__file__).parents[2] / "api" / "examples"
UNIT, SITE = EXAMPLES / "papertape.service", EXAMPLES / "nginx.conf"
HOST = "desk.example.com"
TOKEN = "desk" * 8
AUTHORIZED = {"Authorization": f"Bearer {TOKEN}"}
ENVIRONMENT = {"PAPERTAPE_TOKEN": TOKEN, "PAPERTAPE_ALLOWED_HOSTS": HOST}
ENABLE = "mutation { enable { errors { code } } }"
DISABLE = "mutation { disable { errors { code } } }"


def test_the_command_of_the_unit_and_its_settings_are_papertapes() -> None:
    service = UNIT.read_text().partition("[Service]")[2]
    program, name, *arguments = shlex.split(re.findall(r"^ExecStart=(.+)$", service, re.MULTILINE)[0])
    assert program.endswith("/bin/papertape")
    commands = typer.main.get_command(app).commands  # type: ignore[attr-defined]
    given = commands[name].make_context(name, arguments, resilient_parsing=False).params
    environment = dict(line.split("=", 1) for line in re.findall(r"^Environment=(.+)$", service, re.MULTILINE))
    settings = {name.removeprefix("PAPERTAPE_").lower(): value for name, value in environment.items()}
    assert ServerSettings(
        **{name: value for name, value in given.items() if value is not None}, **settings
    ).database.is_embedded
    assert settings.keys() <= ServerSettings.model_fields.keys()


def test_systemd_takes_the_unit(tmp_path: Path) -> None:
    if shutil.which("systemd-analyze") is None:
        unavailable("no systemd-analyze")
    unit = tmp_path / UNIT.name
    unit.write_text(UNIT.read_text().replace("/opt/papertape/bin/papertape", str(PAPERTAPE)))
    result = subprocess.run(
        ["systemd-analyze", "verify", unit], capture_output=True, text=True, timeout=60, check=False
    )
    assert (result.returncode, result.stdout + result.stderr) == (0, "")


@contextmanager
def nginx(site: str, server: Server, folder: Path) -> Iterator[str]:
    """Where nginx listens with a site, but for its TLS, before a server."""
    program = shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin")
    if program is None:
        unavailable("no nginx")
    port = free_port()
    assert site.count("listen 443 ssl;") == site.count("server 127.0.0.1:8000;") == 1
    site = site.replace("listen 443 ssl;", f"listen 127.0.0.1:{port};").replace(":8000;", f":{server.port};")
    site = re.sub(r"^ *ssl_.*\n", "", site, flags=re.MULTILINE)
    temporary = [
        f"{module}_temp_path {folder}/{module};" for module in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    ]
    user = "user root; " if os.geteuid() == 0 else ""
    main = f"{user}daemon off; worker_processes 1; error_log stderr; pid {folder}/nginx.pid; events {{}}"
    config = folder / "nginx.conf"
    config.write_text(f"{main}\nhttp {{ access_log off; {' '.join(temporary)}\n{site}\n}}\n")
    with (folder / "nginx.log").open("wb") as log, subprocess.Popen([program, "-c", config], stderr=log) as process:
        try:
            wait_until(lambda: answers(port) or process.poll() is not None, "nginx did not listen")
            assert process.poll() is None, (folder / "nginx.log").read_text()
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()


def answers(port: int) -> bool:
    with socket.socket() as client:
        return client.connect_ex(("127.0.0.1", port)) == 0


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A desk as the unit's environment file makes it."""
    with serving(folder=tmp_path_factory.mktemp("server"), environment=ENVIRONMENT) as running:
        yield running


def client_of(url: str) -> httpx.Client:
    """A page of the desk's own name."""
    return httpx.Client(base_url=url, headers={**AUTHORIZED, "Host": HOST, "Origin": f"http://{HOST}"}, timeout=30)


def answer_to(client: httpx.Client, document: str) -> object:
    return client.post("/graphql", json={"query": document}).json()


def test_through_nginx_come_queries_streams_and_websockets_of_pages_of_its_name(server: Server, tmp_path: Path) -> None:
    with nginx(SITE.read_text(), server, tmp_path) as url, client_of(url) as client:
        assert client.get("/", headers={"Accept": "text/html"}).status_code == 200
        assert answer_to(client, ENABLE) == {"data": {"enable": {"errors": []}}}
        assert seen_in_a_stream(client) == {"data": {"accountEvents": {"kind": "DISABLED"}}}
        assert seen_over_a_websocket(url, client) == {"data": {"accountEvents": {"kind": "ENABLED"}}}


def following(client: httpx.Client) -> str:
    """A subscription to what happens from now on, whenever it is begun."""
    answer: Any = answer_to(client, "{ account { cursor } }")
    return f'subscription {{ accountEvents(after: "{answer["data"]["account"]["cursor"]}") {{ kind }} }}'


def seen_in_a_stream(client: httpx.Client) -> object:
    """The event that a stream of server-sent events sends of a change made once it is open."""
    headers, query = {"Accept": "text/event-stream"}, following(client)
    with client.stream("POST", "/graphql", json={"query": query}, headers=headers) as stream:
        lines = stream.iter_lines()
        assert next(lines) == ":"
        answer_to(client, DISABLE)
        return json.loads(next(line for line in lines if line.startswith("data: ")).removeprefix("data: "))


def seen_over_a_websocket(url: str, client: httpx.Client) -> object:
    """The event that a subscription over a WebSocket sends of a change made once it has begun."""
    line = socket.create_connection(("127.0.0.1", httpx.URL(url).port or 80))
    protocol, origin = Subprotocol("graphql-transport-ws"), Origin(f"http://{HOST}")
    with connect(f"ws://{HOST}/graphql", sock=line, subprotocols=[protocol], origin=origin) as websocket:
        websocket.send(json.dumps({"type": "connection_init", "payload": AUTHORIZED}))
        assert json.loads(websocket.recv(30))["type"] == "connection_ack"
        # Operations of a connection are begun in their order: when the query is answered, the subscription is there.
        for name, document in (("events", following(client)), ("then", "{ account { name } }")):
            websocket.send(json.dumps({"id": name, "type": "subscribe", "payload": {"query": document}}))
        heard = (json.loads(websocket.recv(30)) for _ in range(5))
        assert next(message["id"] for message in heard if message["type"] != "ping") == "then"
        answer_to(client, ENABLE)
        event: object = next(message["payload"] for message in heard if message.get("id") == "events")
        return event


def test_without_the_clients_host_nginx_gives_a_name_that_is_forbidden(server: Server, tmp_path: Path) -> None:
    """As its own documentation says: the name of `proxy_pass`."""
    site = SITE.read_text().replace("proxy_set_header Host $http_host;", "")
    by_address = site.replace("proxy_pass http://papertape;", f"proxy_pass http://127.0.0.1:{server.port};")
    assert [refusal(configuration, server, tmp_path) for configuration in (site, by_address)] == [
        "This server does not answer to the name 'papertape'; allow it in the server's settings.",
        f"A page of 'http://{HOST}' may not use this server: only its own pages may.",
    ]


def refusal(site: str, server: Server, folder: Path) -> str:
    """The error of a client that is forbidden to use the server."""
    with nginx(site, server, folder) as url, client_of(url) as client:
        answer = client.post("/graphql", json={"query": ENABLE})
    [error] = answer.json()["errors"]
    assert (answer.status_code, error["extensions"]["code"]) == (403, "FORBIDDEN")
    message: str = error["message"]
    return message
