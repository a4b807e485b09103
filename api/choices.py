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


class Side(Enum):
    """Which way a signal earns."""

    LONG = "long"
    SHORT = "short"


class Entry(Enum):
    """How a signal enters."""

    MARKET = "market"
    LIMIT = "limit"
    STOP = "stop"
    NEXT_OPEN = "next-open"
    AT_CLOSE = "at-close"


class Waiting(Enum):
    """How long a signal may wait: its time in force."""

    GTC = "gtc"
    DAY = "day"
    GTD = "gtd"
    IOC = "ioc"


class TradedAs(Enum):
    """What kind of thing a symbol is: its asset class."""

    STOCK = "stock"
    FOREX = "forex"
    CRYPTO = "crypto"


class DateOrder(Enum):
    """Whether the day or the month comes first in a date that ends with its year."""

    DAY_FIRST = "dmy"
    MONTH_FIRST = "mdy"


class Stamp(Enum):
    """Which end of a bar its time is."""

    START = "start"
    END = "end"


class DecimalMark(Enum):
    """What stands before the decimals."""

    POINT = "point"
    COMMA = "comma"


class AgentScope(Enum):
    """What an agent may do on a desk; each includes what stands before it."""

    READ = "read"
    MANAGE = "manage"
    TRADE = "trade"


class AgentTransport(Enum):
    """How agents reach their server."""

    STDIO = "stdio"
    HTTP = "http"


class NotificationEvent(Enum):
    """What people can be told of."""

    OPENED = "opened"
    TARGET_1 = "target1"
    CLOSED = "closed"
    REFUSED = "refused"
    HALTED = "halted"
    DAILY = "daily"
    FEED_LOST = "feed-lost"
