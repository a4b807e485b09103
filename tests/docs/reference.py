"""The tables of api/README.md that follow from the code; `python -m tests.docs.reference` rewrites them."""

import re
import textwrap
from collections.abc import Iterable, Iterator
from enum import Enum
from typing import Any

import typer
from graphql import GraphQLInputObjectType

from api.agents.tools.registry import TOOLS
from api.application.metrics import Metrics
from api.choices import Stamp
from api.cli.app import app
from api.errors import Code
from api.files.formats.dialect import Dialect
from api.files.formats.registry import DIALECTS, named
from api.graphql.execution import json_text, limits, repeats, variables
from api.graphql.schema import make_schema
from api.graphql.signals.inputs import MOST_SIGNALS
from api.graphql.transport.limits import TransportLimits
from api.server.wire_limits import WireLimits
from api.settings import ServerSettings
from tests.docs.pages import REFERENCE


def tables() -> dict[str, str]:
    """The tables by the name in their markers."""
    return {
        "settings": _settings(),
        "account-settings": _account_settings(),
        "options": _options(),
        "formats": _formats(),
        "tools": _tools(),
        "metrics": _metrics(),
        "codes": _codes(),
        "limits": _limits(),
    }


def written(page: str, name: str) -> str:
    """What a page holds between a table's markers."""
    return page.partition(f"<!-- {name} -->\n")[2].partition(f"<!-- /{name} -->")[0]


def _settings() -> str:
    rows = [
        (f"`{_option(name)}`", f"`PAPERTAPE_{name.upper()}`", _shown(field.default), str(field.description))
        for name, field in ServerSettings.model_fields.items()
    ]
    return _table(("Option", "Variable", "Default", "Meaning"), rows)


def _account_settings() -> str:
    """Every field of SettingsInput, with what the schema says of it."""
    shown = make_schema()._schema.type_map["SettingsInput"]
    assert isinstance(shown, GraphQLInputObjectType)
    rows = [(f"`{name}`", f"`{field.type}`", str(field.description)) for name, field in shown.fields.items()]
    return _table(("Setting", "Type", "Meaning and default"), rows)


def _metrics() -> str:
    rows = []
    for collector in Metrics()._registry._collector_to_names:
        name = collector._name + ("_total" if collector._type == "counter" else "")  # type: ignore[attr-defined]
        labels = ", ".join(f"`{label}`" for label in collector._labelnames) or "none"  # type: ignore[attr-defined]
        rows.append((f"`{name}`", collector._type, labels, collector._documentation))  # type: ignore[attr-defined]
    return _table(("Name", "Kind", "Labels", "Meaning"), rows)


def _options() -> str:
    sharing: dict[tuple[str, ...], list[str]] = {}
    for name, *option in _own_options():
        sharing.setdefault(tuple(option), []).append(f"`{name}`")
    rows = [(", ".join(names), *option) for option, names in sharing.items()]
    return _table(("Command", "Option", "Default", "Meaning"), rows)


def _own_options() -> Iterator[tuple[str, ...]]:
    for name, command in commands():
        for parameter in command.params:
            if parameter.param_type_name == "option" and parameter.name not in ServerSettings.model_fields:
                yield name, f"`{parameter.opts[0]}`", _shown(parameter.default), parameter.help


def _formats() -> str:
    """What is known of each program, its forms with and without a header together."""
    rows = {
        dialect.name: (
            f"`{dialect.name}`",
            dialect.title,
            _forms_of(dialect.name),
            " or ".join(dict.fromkeys(_times_of(form) for form in named(dialect.name))),
            _not_taken(dialect),
        )
        for dialect in DIALECTS
    }
    return _table(("`--format`", "Program", "Recognised by", "Times", "Not taken"), rows.values())


def _forms_of(name: str) -> str:
    forms = {"its header" if dialect.titles else "its rows" for dialect in DIALECTS if dialect.name == name}
    asked = _asked_of(named(name)[0])
    return ", or ".join(sorted(forms)) + asked + ("; its name tells the symbol" if named(name)[0].file_name else "")


def _asked_of(dialect: Dialect) -> str:
    if dialect.one_of is None:
        return ""
    return ": asked, unless its folders tell" if dialect.told_by else ": asked"


def _times_of(dialect: Dialect) -> str:
    zone = dialect.zone or "as the file says"
    ends = {None: ", at start or end: asked", Stamp.START: "", Stamp.END: ", at the end"}
    return zone + ends[dialect.stamp]


def _not_taken(dialect: Dialect) -> str:
    zeros = ["volumes of 0, which say nothing"] if dialect.zero_is_unknown else []
    return "; ".join([*zeros, *([dialect.left_out] if dialect.left_out else [])]) or "none"


def _tools() -> str:
    rows = [(f"`{tool.name}`", f"`{tool.scope.value}`", tool.description) for tool in TOOLS.values()]
    return _table(("Tool", "`--allow`", "What it is for, as models read it"), rows)


def commands() -> Iterator[tuple[str, Any]]:
    """Every command of the command line, those of a group by both their names."""
    waiting = [("", typer.main.get_command(app))]
    while waiting:
        name, command = waiting.pop(0)
        inner: dict[str, Any] = getattr(command, "commands", {})
        waiting[:0] = [(f"{name} {word}".strip(), inner[word]) for word in inner]
        if not inner:
            yield name, command


def _codes() -> str:
    return textwrap.fill(", ".join(f"`{code}`" for code in Code) + ".", 118, break_on_hyphens=False) + "\n"


def _limits() -> str:
    transport = TransportLimits()
    assert transport.body_size == transport.frame_size
    return _table(
        ("Of", "At most"),
        [
            ("bars or quotes in one list", _number(variables.LONGEST_LISTS["BarInput"])),
            ("a backtest's trades", _number(variables.LONGEST_LISTS["BacktestTradeInput"])),
            ("signals in one `executeSignals`", _number(MOST_SIGNALS)),
            ("anything else in one list", _number(variables.LONGEST_LIST)),
            (
                "in the lists of all variables, each counted as often as it is used",
                _number(variables.MOST_ITEMS),
            ),
            ("a page (`first`)", _number(limits.LARGEST_PAGES["first"])),
            ("a page of `bars`", _number(limits.LARGEST_PAGE_OF_BARS)),
            (
                "a request's body, a WebSocket frame",
                f"{transport.body_size // 2**20} MiB, {_number(json_text.MOST_VALUES)} values",
            ),
            (
                "a document",
                f"{_number(limits.CHARACTERS)} characters, {_number(limits.LINES)} lines, "
                f"{_number(limits.TOKENS)} tokens, {limits.OPERATIONS} operations, {variables.KEYS} keys in an object",
            ),
            (
                "what a document asks for",
                f"{limits.ROOT_FIELDS} fields at the top, {limits.FIELDS} in all, {limits.DEPTH} levels, "
                f"{_number(limits.VALUES)} values in its answer",
            ),
            ("pairs of fields with the same name in the answer", _number(repeats.MOST_PAIRS)),
            ("operations at a time on one WebSocket", _number(transport.operations_per_connection)),
            *_wire_limits(),
        ],
    )


def _wire_limits() -> list[tuple[str, str]]:
    wire, small = WireLimits(), "of less than 1 KiB"
    assert wire.small == 1024
    assert (wire.body, wire.unread_answer) == (wire.rest_of_message, wire.close)
    return [
        ("a request's head", f"{wire.head_size // 1024} KiB, {wire.head_lines} lines, {wire.head:g} seconds"),
        ("the time for a request's body, or for a WebSocket message that was begun", f"{wire.body:g} seconds"),
        ("the time until more of an answer is read", f"{wire.unread_answer:g} seconds"),
        (f"chunks {small} in a request's body", _number(wire.small_chunks)),
        (
            "before `connection_init`",
            f"{TransportLimits().connection_init_timeout:g} seconds, {wire.frames_before_init} frames, "
            f"{wire.message_before_init // 1024} KiB a message",
        ),
        (
            f"WebSocket frames {small}",
            f"{_number(wire.small_frames_per_second)} a second, "
            f"{_number(wire.small_frames_at_once)} at once, {wire.small_fragments} in one message",
        ),
        (
            "connections",
            f"{_number(wire.connections)} a process, and {wire.spare_descriptors} fewer than it may open descriptors; "
            f"{wire.connections_per_address} from one address",
        ),
    ]


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [head, ("---",) * len(head), *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def _option(name: str) -> str:
    return f"--{name.replace('_', '-')}"


def _shown(default: object) -> str:
    if default in (None, "", False):
        return "none"
    return f"`{default.value if isinstance(default, Enum) else default}`"


def _number(number: int) -> str:
    return f"{number:,}".replace(",", " ")


def main() -> None:
    page = REFERENCE.read_text()
    for name, table in tables().items():
        between = re.compile(rf"(?<=<!-- {name} -->\n).*?(?=<!-- /{name} -->)", re.DOTALL)
        page = between.sub(lambda _, table=table: table, page)  # type: ignore[misc]
    REFERENCE.write_text(page)


if __name__ == "__main__":
    main()
