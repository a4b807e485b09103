"""Options and environment variables mean the same; what they ask for is what a server does."""

from pathlib import Path

import httpx
import pytest

from api.settings import ServerSettings
from tests.processes import Server, serving

TOKEN = "open-sesame-and-more"  # noqa: S105
CHOSEN = {
    "host": "127.0.0.2",
    "port": "0",
    "database_url": "sqlite:///chosen.sqlite3",
    "broadcast_url": "memory://",
    "log_format": "json",
    "token": TOKEN,
    "allowed_hosts": "desk.example, paper.example",
    "trusted_proxy": "10.0.0.7, fd00::/64",
    "clock": "market",
    "workers": "1",
    "allocator": "malloc",
    "execution": "reference",
    "feed": "json url=ws://127.0.0.1:9/",
    "notify_private": "127.0.0.1, 10.0.0.0/8",
}
A_BAR = {
    "symbol": "AAPL",
    "start": "2005-03-01T00:00:00Z",
    "end": "2005-03-02T00:00:00Z",
    "open": "44",
    "high": "45",
    "low": "43",
    "close": "44.5",
}
INGEST = "mutation ($bars: [BarInput!]!) { ingestBars(input: {bars: $bars}) { applied } }"


def test_the_settings_chosen_here_are_all_there_are() -> None:
    assert CHOSEN.keys() == ServerSettings.model_fields.keys()


@pytest.mark.parametrize("way", ["options", "environment"])
def test_a_server_follows_options_and_environment_variables_alike(tmp_path: Path, way: str) -> None:
    options = [word for name, value in CHOSEN.items() for word in (f"--{name.replace('_', '-')}", value)]
    variables = {f"PAPERTAPE_{name.upper()}": value for name, value in CHOSEN.items()}
    with serving(
        *(options if way == "options" else ()), folder=tmp_path, environment=variables if way != "options" else {}
    ) as server:
        assert server.url == f"http://127.0.0.2:{server.port}/graphql"
        assert "PYTHONMALLOC=malloc" in Path(f"/proc/{server.process.pid}/environ").read_text().split("\0")
        assert server.out == f"Papertape 0.1.0 serves sqlite:///chosen.sqlite3 at {server.url}\n"
        assert (tmp_path / "chosen.sqlite3").is_file()
        assert statuses(server) == {None: 401, TOKEN: 200}
        server.http.headers["Authorization"] = f"Bearer {TOKEN}"
        assert names_answered(server) == ["127.0.0.2", "desk.example", "paper.example", "localhost"]
        server.query(INGEST, bars=[A_BAR])
        assert server.query("{ clock }") == {"clock": "2005-03-02T00:00:00Z"}
        server.query("mutation { enable { account { name } } }")
        assert server.http.get("/readyz").json()["feeds"].keys() == {"json"}
        assert server.stop() == 0
        logged = [line for line in server.logged() if line["event"] != "feed interrupted"]
        assert [(line["level"], line["event"], line.get("kind")) for line in logged] == [
            ("info", "done", "enable"),
            ("info", "journal head", None),
        ]


def test_an_option_wins_over_the_environment(tmp_path: Path) -> None:
    environment = {"PAPERTAPE_DATABASE_URL": "sqlite:///environment.sqlite3"}
    with serving("--database-url", "sqlite:///option.sqlite3", folder=tmp_path, environment=environment):
        assert [file.name for file in tmp_path.glob("*.sqlite3")] == ["option.sqlite3"]


def statuses(server: Server) -> dict[str | None, int]:
    """How a query is answered with a token and without."""
    headers = {None: {}, TOKEN: {"Authorization": f"Bearer {TOKEN}"}}
    return {
        token: httpx.post(server.url, json={"query": "{ clock }"}, headers=sent).status_code
        for token, sent in headers.items()
    }


def names_answered(server: Server) -> list[str]:
    """Those of some names by which the server may be called."""
    names = ["127.0.0.2", "desk.example", "paper.example", "localhost", "evil.example"]
    return [name for name in names if server.http.get("/healthz", headers={"Host": name}).status_code == 200]
