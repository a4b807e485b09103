"""What the commands that trade refuse before anything is sent, each in one line that names the option."""

import sys
from pathlib import Path

import pytest
from graphql import EnumTypeDefinitionNode, parse

from api.choices import Entry, Side, TradedAs, Waiting
from api.cli.main import main

SIGNAL, AMEND = "signal ACME long --quantity 1", "amend --signal-id 5b1a7c1e-0d7e-4c55-9f0e-2f6a3c1d9e01"
CLOSE = "close --signal-id 5b1a7c1e-0d7e-4c55-9f0e-2f6a3c1d9e01"


@pytest.mark.parametrize(
    ("words", "line"),
    [
        ("signal ACME up --quantity 1", "Invalid value for 'side': 'up' is not one of 'long', 'short'."),
        ("signal ACME long", "give --quantity or --risk-percent"),
        (f"{SIGNAL} --risk-percent 1", "give --quantity or --risk-percent, not both"),
        (
            "signal ACME long --quantity 1x",
            "Invalid value for '--quantity': it must be a number such as \"1.5\" or \"3.2E-5\", not '1x'",
        ),
        (f"{SIGNAL} --stop 9 --stop-percent 5", "give --stop or --stop-percent, not both"),
        (
            f"{SIGNAL} --stop 9 --stop-percent 5 --stop-distance 1",
            "give --stop or --stop-distance or --stop-percent, not all of them",
        ),
        (f"{SIGNAL} --target 9 --target-r 2", "give --target or --target-r, not both"),
        (f"{SIGNAL} --target2 9 --target2-r 2 --target 8", "give --target2 or --target2-r, not both"),
        (f"{SIGNAL} --target2-r 3", "--target2-r needs --target or --target-r"),
        (f"{SIGNAL} --trail 1 --trail-percent 1", "give --trail or --trail-percent, not both"),
        (f"{SIGNAL} --trail-step 1", "--trail-step needs --trail or --trail-percent"),
        (
            f"{SIGNAL} --trail 1 --trail-activation 9 --trail-activation-r 1",
            "give --trail-activation or --trail-activation-r, not both",
        ),
        (f"{SIGNAL} --entry limit", "--entry limit and --entry stop need --entry-price"),
        (f"{SIGNAL} --entry-price 9", "--entry-price needs --entry limit or --entry stop"),
        (
            f"{SIGNAL} --good-until 2024-01-02T14:30",
            "Invalid value for '--good-until': it needs its offset from UTC: end it with \"Z\" or an offset such as "
            '"+01:00", e.g. "2024-01-02T14:30:00Z"; \'2024-01-02T14:30\' has none',
        ),
        (f"{SIGNAL} --id 7", "Invalid value for '--id': Input should be a valid UUID, invalid length: found 1"),
        (f"{SIGNAL} --url ftp://desk", "the server's URL must be like http://127.0.0.1:8000, not 'ftp://desk'"),
        ("close", "give --signal-id or --position-id or --all"),
        (f"{CLOSE} --all", "give --signal-id or --all, not both"),
        (f"{CLOSE} --quantity 1 --percent 5", "give --quantity or --percent, not both"),
        ("close --all --percent 5", "--percent needs --signal-id or --position-id"),
        (f"{CLOSE} --symbol ACME", "--symbol needs --all"),
        ("amend --stop 9", "Missing option '--signal-id'."),
        (AMEND, "say what to change: --stop, --target, --quantity, --note ..."),
        (f"{AMEND} --quantity 1 --risk-percent 1", "give --quantity or --risk-percent, not both"),
    ],
)
def test_what_can_be_known_is_said_before_anything_is_sent(
    words: str, line: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["papertape", *words.split()])
    with pytest.raises(SystemExit) as ended:
        main()
    output = capsys.readouterr()
    assert (ended.value.code, output.out) == (2, "")
    assert output.err.removesuffix(" (--help says more)\n").removesuffix("\n") == f"papertape: {line}"


def test_a_token_that_no_server_has_is_not_sent_and_not_shown(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["papertape", "account", "--token", "open-sesame"])
    with pytest.raises(SystemExit) as ended:
        main()
    told = capsys.readouterr().err
    assert (ended.value.code, told.startswith("papertape: --token (PAPERTAPE_TOKEN): ")) == (2, True)
    assert "open-sesame" not in told


@pytest.mark.parametrize(
    ("choice", "name"), [(Side, "Side"), (Entry, "EntryType"), (Waiting, "TimeInForce"), (TradedAs, "AssetClass")]
)
def test_what_can_be_typed_is_what_the_schema_knows(
    choice: type[Side] | type[Entry] | type[Waiting] | type[TradedAs], name: str
) -> None:
    definitions = parse(Path("schema.graphql").read_text()).definitions
    [values] = [
        [value.name.value for value in kind.values or ()]
        for kind in definitions
        if isinstance(kind, EnumTypeDefinitionNode) and kind.name.value == name
    ]
    assert sorted(member.name for member in choice) == sorted(values)
