"""What a backtest runs through: an account at its start, and what is applied to it, one step after the other."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from api.codec.session_export import AssetClassFixed, Retracted
from api.files.text_file import Places, numbered, opened
from domain.engine.commands import Command, Times
from domain.market.state import Market
from domain.portfolio.account import Account


@dataclass(frozen=True, slots=True)
class BacktestStep:
    """A command, when it is decided, and where it stands: on one line, or each bar of a batch on one of its own.

    `may_be_refused` says that a refusal is an answer; otherwise what was not stored cannot stand in the file at all.
    """

    command: Command
    times: Times
    places: Places
    may_be_refused: bool = False


AnyStep = BacktestStep | AssetClassFixed | Retracted


@dataclass(frozen=True, slots=True)
class BacktestInput:
    """The whole of it: `lines` are how many its steps stand on; `notes` say what was made of the files.

    The steps can be taken once.
    """

    account: Account
    markets: Sequence[Market]
    steps: Iterator[AnyStep]
    lines: int
    notes: Sequence[str] = ()


def count_lines(path: Path) -> int:
    """How many lines a file has. Raises BadFile."""
    with opened(path) as file:
        return sum(1 for _ in numbered(path, file))
