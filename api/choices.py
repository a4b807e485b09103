"""What a user of the command line or the environment chooses from. It imports nothing, for help needs it."""

from enum import Enum
from pathlib import Path

STANDARD_OUTPUT = Path("-")
"""The file name that means standard output."""


class ClockKind(Enum):
    """What a missing timestamp means: wall time, or the latest end of any applied bar."""

    WALL = "wall"
    MARKET = "market"


class LogFormat(Enum):
    """How the log is written."""

    CONSOLE = "console"
    JSON = "json"


class Allocator(Enum):
    """What hands out memory to Python's objects."""

    PYTHON = "python"
    MALLOC = "malloc"


class ExecutionKind(Enum):
    """How GraphQL operations run: compiled, or as the reference does, graphql-core, which is the same but slower."""

    COMPILED = "compiled"
    REFERENCE = "reference"


class FileFormat(Enum):
    """How an export is written."""

    CSV = "csv"
    JSON = "json"
    PARQUET = "parquet"


class Subject(Enum):
    """What can be exported."""

    TRADES = "trades"
    FILLS = "fills"
    EQUITY = "equity"
    JOURNAL = "journal"
