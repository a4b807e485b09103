"""The command line teaches: help for the whole, for each command, for each setting."""

from importlib.metadata import version
from pathlib import Path

import pytest
from typer.testing import CliRunner

from api.cli.app import app
from api.settings import ServerSettings
from tests.docs.reference import commands
from tests.processes import papertape

COMMANDS = ["serve", "demo", "replay", "migrate", "schema", "verify"]
SETTINGS = sorted(ServerSettings.model_fields)
NOT_FOR_THE_DEMO = {"notify_private", "execution", "database_url", "broadcast_url", "clock", "feed", "workers"}


def help_of(*arguments: str) -> str:
    shown = CliRunner().invoke(app, [*arguments, "--help"], env={"COLUMNS": "200", "NO_COLOR": "1"})
    assert shown.exit_code == 0
    return " ".join(shown.output.replace("│", " ").split())


def test_papertape_alone_shows_its_help(tmp_path: Path) -> None:
    alone = papertape(folder=tmp_path)
    assert alone == papertape("--help", folder=tmp_path)
    assert (alone.code, alone.err) == (0, "")
    assert "Begin with papertape demo" in alone.out
    assert [command for command in COMMANDS if f"│ {command} " not in alone.out] == []


@pytest.mark.parametrize(
    ("command", "lesson"),
    [
        ("serve", "Open http://127.0.0.1:8000/graphql in a browser to look around."),
        ("demo", "Stop it and start it again: it goes on where it was."),
        ("replay", "A row that cannot be used is named by its line, and the rest is sent."),
        ("signal", "papertape signal AAPL long --risk-percent 1 --stop-percent 5 --target-r 2"),
        ("close", "papertape close --signal-id 5b1a7c1e-0d7e-4c55-9f0e-2f6a3c1d9e01 --percent 50"),
        ("amend", "papertape amend --signal-id 5b1a7c1e-0d7e-4c55-9f0e-2f6a3c1d9e01 --stop 98.5 --target2 none"),
        ("positions", "papertape positions --symbol AAPL --json"),
        ("account", "papertape account --account breakout"),
        ("notify add", "papertape notify add phone - --events opened,closed,halted < url.txt"),
        ("notify test", "If it arrives, what waits for another attempt is sent at once too."),
        ("mcp", "papertape mcp --allow trade --account default"),
        ("hook create", "papertape hook create breakouts --risk-percent 1 --stop-percent 5 --target-r 2"),
        ("hook create", "What its symbols are [default: as each ticker shows, else stock]."),
        ("migrate", "Bring the database to the shape that this version needs."),
        ("schema", "Print the GraphQL schema."),
        ("verify", "A server may run meanwhile. Exits with 1 if anything differs."),
        ("register", "The same file recorded again under the same name is recorded once."),
        ("backup", "Prints the head of the copy, which papertape verify --expect takes."),
        ("restore", "The backup is copied and verified first; if anything fails, the old files stay."),
    ],
)
def test_the_help_of_a_command_teaches(command: str, lesson: str) -> None:
    shown = help_of(*command.split())
    assert f"Usage: papertape {command}" in shown.replace("Usage: root", "Usage: papertape")
    assert lesson in shown


@pytest.mark.parametrize("name", SETTINGS)
def test_every_setting_is_an_option_of_serve_that_names_its_environment_variable(name: str) -> None:
    shown = help_of("serve")
    assert f"--{name.replace('_', '-')} " in shown
    assert f"PAPERTAPE_{name.upper()}" in shown


@pytest.mark.parametrize("name", [name for name in SETTINGS if name not in NOT_FOR_THE_DEMO])
def test_every_setting_that_the_demo_leaves_open_is_an_option_of_it(name: str) -> None:
    assert f"PAPERTAPE_{name.upper()}" in help_of("demo")


def test_the_version_is_printed() -> None:
    shown = CliRunner().invoke(app, ["--version"])
    assert (shown.exit_code, shown.output) == (0, f"papertape {version('papertape')}\n")


@pytest.mark.parametrize("name", ["", *(name for name, _ in commands())])
def test_a_short_word_gives_the_same_help(name: str) -> None:
    words = name.split()
    short = CliRunner().invoke(app, [*words, "-h"], env={"COLUMNS": "200", "NO_COLOR": "1"})
    assert (short.exit_code, " ".join(short.output.replace("│", " ").split())) == (0, help_of(*words))


def test_the_shell_completes_commands_and_options(tmp_path: Path) -> None:
    typed = {"_PAPERTAPE_COMPLETE": "complete_bash", "COMP_WORDS": "papertape export jour", "COMP_CWORD": "2"}
    completed = papertape(folder=tmp_path, environment=typed)
    assert (completed.out.split(), completed.err) == (["journal"], "")
    script = papertape(folder=tmp_path, environment={"_PAPERTAPE_COMPLETE": "source_bash"})
    assert "_PAPERTAPE_COMPLETE=complete_bash" in script.out


def test_the_schema_is_printed_as_it_is_checked_in(tmp_path: Path) -> None:
    printed = papertape("schema", folder=tmp_path)
    assert (printed.code, printed.err) == (0, "")
    assert printed.out == Path("schema.graphql").read_text()
