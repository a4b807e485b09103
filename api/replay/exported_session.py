"""An exported session as the input of a backtest."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, TextIO

from api.codec.ids import BadId
from api.codec.inputs import BadInput, Given, parsed
from api.codec.session_export import FORMAT, ExportedCommand, exported_step, header_of
from api.files.text_file import Place, Places, numbered
from api.replay.backtest_input import AnyStep, BacktestInput, BacktestStep, count_lines
from domain.validation import Invalid


def is_export(file: TextIO) -> bool:
    """Whether a file begins as an export does; it is at its start again afterwards."""
    begins = file.read(len(FORMAT) + 20)
    file.seek(0)
    return begins.lstrip().startswith(f'{{"format":"{FORMAT}"')


def read_export(path: Path, file: TextIO) -> BacktestInput:
    """The course of an exported session. Raises BadFile, also while its steps are taken."""
    lines = numbered(path, file)
    place, text = next(lines, (Place(path, 1), ""))
    header = _blaming(place, lambda: header_of(parsed(text)))
    return BacktestInput(header.begun(), header.markets, _steps(header.account, lines), count_lines(path))


def _steps(account: str, lines: Iterator[tuple[Place, str]]) -> Iterator[AnyStep]:
    for place, text in lines:
        yield _blaming(place, lambda: _step(account, place, parsed(text)))  # noqa: B023 - called at once


def _step(account: str, place: Place, given: Given) -> AnyStep:
    step = exported_step(account, given)
    return BacktestStep(step.command, step.times, Places.of(place)) if isinstance(step, ExportedCommand) else step


def _blaming(place: Place, read: Any) -> Any:
    try:
        return read()
    except (BadInput, Invalid, BadId) as problem:
        raise place.bad_file(str(problem)) from None
