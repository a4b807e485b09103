"""A failure is one clear line on standard error, with a non-zero exit code."""

import socket
import subprocess
import sys
from pathlib import Path

import pytest

from api.cli.main import main
from api.persistence.migrations import newest_revision
from api.settings import ServerSettings
from tests.processes import PAPERTAPE, Finished, clean_environment, papertape, serving

GUESSED = "can be guessed; use 16 or more, as `openssl rand -hex 16` prints them"
UNREACHABLE = "papertape: cannot reach http://127.0.0.1:9/graphql: All connection attempts failed\n"
UNSENDABLE = "a token holds no spaces, and only visible characters of ASCII"


@pytest.fixture(autouse=True)
def clean_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PAPERTAPE_TOKEN", raising=False)


def here(*arguments: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Finished:
    """What the command line says before it does anything."""
    monkeypatch.setattr(sys, "argv", ["papertape", *arguments])
    with pytest.raises(SystemExit) as ended:
        main()
    output = capsys.readouterr()
    assert isinstance(ended.value.code, int)
    return Finished(ended.value.code, output.out, output.err)


@pytest.mark.parametrize(
    ("arguments", "code", "line"),
    [
        ("serve --nonsense", 2, "No such option: --nonsense (--help says more)"),
        ("nonsense", 2, "No such command 'nonsense'. (--help says more)"),
        ("replay", 2, "Missing argument 'file'. (--help says more)"),
        (
            "serve --clock lunar",
            2,
            "Invalid value for '--clock': 'lunar' is not one of 'wall', 'market'. (--help says more)",
        ),
        ("serve --port 99999", 1, "--port (PAPERTAPE_PORT): Input should be less than or equal to 65535"),
        ("serve --port -1", 1, "--port (PAPERTAPE_PORT): Input should be greater than or equal to 0"),
        (
            "serve --database-url mysql://localhost/desk",
            1,
            "--database-url (PAPERTAPE_DATABASE_URL): mysql is not supported; use sqlite:///FILE or postgresql://HOST/NAME",
        ),
        ("serve --database-url desk", 1, "--database-url (PAPERTAPE_DATABASE_URL): 'desk' is not a database URL"),
        (
            "serve --database-url postgresql://me:secret@host:port/desk",
            1,
            "--database-url (PAPERTAPE_DATABASE_URL): what was given is not a database URL",
        ),
        (
            "serve --database-url sqlite://",
            1,
            "--database-url (PAPERTAPE_DATABASE_URL): SQLite needs a file, as in sqlite:///papertape.sqlite3",
        ),
        (
            "serve --broadcast-url pigeon://",
            1,
            "--broadcast-url (PAPERTAPE_BROADCAST_URL): 'pigeon://' is not supported; use memory:// or redis://HOST",
        ),
        (
            "serve --host 0.0.0.0",
            1,
            "listening on 0.0.0.0 opens the desk to the network: set --token (or PAPERTAPE_TOKEN) first",
        ),
        (
            "serve --trusted-proxy proxy.example",
            1,
            "--trusted-proxy (PAPERTAPE_TRUSTED_PROXY): 'proxy.example' is neither an address nor a network; "
            "write 10.0.0.7, 10.0.0.0/24 or fd00::/64",
        ),
        ("serve --token=", 1, f"--token (PAPERTAPE_TOKEN): nothing {GUESSED}"),
        ("replay --token open-sesame bars.csv", 1, f"--token (PAPERTAPE_TOKEN): 11 characters {GUESSED}"),
        ("demo --host ::", 1, "listening on :: opens the desk to the network: set --token (or PAPERTAPE_TOKEN) first"),
        ("verify --database-url sqlite:///none.sqlite3", 1, "there is no file none.sqlite3"),
    ],
)
def test_a_mistake_on_the_command_line_is_named(
    arguments: str, code: int, line: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    result = here(*arguments.split(), monkeypatch=monkeypatch, capsys=capsys)
    assert result == Finished(code, "", f"papertape: {line}\n")


@pytest.mark.parametrize(
    ("name", "value", "line"),
    [
        ("PORT", "-1", "--port (PAPERTAPE_PORT): Input should be greater than or equal to 0"),
        ("CLOCK", "lunar", "--clock (PAPERTAPE_CLOCK): Input should be 'wall' or 'market'"),
        ("LOG_FORMAT", "xml", "--log-format (PAPERTAPE_LOG_FORMAT): Input should be 'console' or 'json'"),
        ("DATABASE_URL", "desk", "--database-url (PAPERTAPE_DATABASE_URL): 'desk' is not a database URL"),
        ("TOKEN", "", f"--token (PAPERTAPE_TOKEN): nothing {GUESSED}"),
        ("TOKEN", "fifteen-letters", f"--token (PAPERTAPE_TOKEN): 15 characters {GUESSED}"),
        ("TOKEN", " sixteen-letters-and-more", f"--token (PAPERTAPE_TOKEN): {UNSENDABLE}"),
        ("TOKEN", "sixteen-letters-and-more\n", f"--token (PAPERTAPE_TOKEN): {UNSENDABLE}"),
        ("TOKEN", "sixteen-letters and more", f"--token (PAPERTAPE_TOKEN): {UNSENDABLE}"),
        ("TOKEN", "ein-schlüssel-für-alle", f"--token (PAPERTAPE_TOKEN): {UNSENDABLE}"),
    ],
)
def test_a_mistake_in_the_environment_is_named(
    name: str, value: str, line: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv(f"PAPERTAPE_{name}", value)
    result = here("serve", monkeypatch=monkeypatch, capsys=capsys)
    assert result == Finished(1, "", f"papertape: {line}\n")


def test_a_token_of_sixteen_characters_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PAPERTAPE_TOKEN", "sixteen!letters~")
    assert ServerSettings().secret == "sixteen!letters~"  # noqa: S105


def test_an_unreachable_postgresql_is_named_without_its_password(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    result = papertape("serve", "--database-url", f"postgresql://trader:secret@127.0.0.1:{port}/desk", folder=tmp_path)
    assert result == Finished(
        1,
        "",
        f"papertape: cannot use the database postgresql://trader:***@127.0.0.1:{port}/desk: "
        "[Errno 111] Connection refused\n",
    )


def test_a_file_that_is_no_database_is_named(tmp_path: Path) -> None:
    (tmp_path / "notes.sqlite3").write_text("buy low, sell high\n" * 100)
    result = papertape("serve", "--database-url", "sqlite:///notes.sqlite3", folder=tmp_path)
    line = "papertape: cannot use the database sqlite:///notes.sqlite3: file is not a database\n"
    assert result == Finished(1, "", line)


def test_a_folder_that_is_not_there_is_told_as_that_of_the_database(tmp_path: Path) -> None:
    result = papertape("serve", "--database-url", "sqlite:///nowhere/desk.sqlite3", folder=tmp_path)
    problem = "[Errno 2] No such file or directory: "
    line = f"papertape: cannot use the database sqlite:///nowhere/desk.sqlite3: {problem}"
    assert (result.code, result.out) == (1, "")
    assert result.err.startswith(line)


def test_a_command_that_uses_no_database_blames_none(tmp_path: Path) -> None:
    result = papertape("replay", "a" * 300 + ".csv", folder=tmp_path)
    assert (result.code, result.out, result.err.count("\n")) == (1, "", 1)
    assert result.err.startswith("papertape: ")
    assert "database" not in result.err


def test_a_port_that_is_taken_is_named(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        result = papertape("serve", "--port", port, folder=tmp_path)
    assert result == Finished(1, "", f"papertape: cannot listen on 127.0.0.1:{port}: Address already in use\n")


def test_a_database_that_another_server_holds_names_the_holder(tmp_path: Path) -> None:
    with serving(folder=tmp_path) as holder:
        result = papertape("serve", "--port", "0", folder=tmp_path)
    assert result == Finished(
        1,
        "",
        f"papertape: {tmp_path / 'papertape.sqlite3'} is held by process {holder.process.pid} on "
        f"{socket.gethostname()}; stop it, or use another file\n",
    )


def test_pending_migrations_name_the_command(tmp_path: Path, empty_postgres_url: str) -> None:
    result = papertape("serve", "--database-url", empty_postgres_url, folder=tmp_path)
    assert result == Finished(
        1, "", f"papertape: the database is empty, not at {newest_revision()}: run `papertape migrate` first\n"
    )


@pytest.mark.parametrize(
    ("closed", "said"),
    [("<&-", UNREACHABLE), (">&-", UNREACHABLE), ("2>&-", ""), ("<&- >&- 2>&-", "")],
)
def test_a_command_whose_standard_streams_are_closed_ends_with_its_own_exit_code(closed: str, said: str) -> None:
    command = ["sh", "-c", f'exec "$0" "$@" {closed}', str(PAPERTAPE), "account", "--url", "http://127.0.0.1:9/graphql"]
    finished = subprocess.run(command, env=clean_environment(), capture_output=True, text=True, timeout=60)
    assert (finished.returncode, finished.stdout, finished.stderr) == (2, "", said)
