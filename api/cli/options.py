"""The options that several commands share."""

from pathlib import Path
from typing import Annotated

import typer

from api.choices import (
    Allocator,
    ClockKind,
    DateOrder,
    DecimalMark,
    ExecutionKind,
    FileFormat,
    LogFormat,
    Stamp,
)

Host = Annotated[str | None, typer.Option(help="Address to listen on [env: PAPERTAPE_HOST; default: 127.0.0.1].")]
Port = Annotated[int | None, typer.Option(help="Port to listen on [env: PAPERTAPE_PORT; default: 8000].")]
DatabaseUrl = Annotated[
    str | None,
    typer.Option(
        help="sqlite:///FILE or postgresql://USER@HOST/NAME "
        "[env: PAPERTAPE_DATABASE_URL; default: sqlite:///papertape.sqlite3]."
    ),
]
BroadcastUrl = Annotated[
    str | None,
    typer.Option(help="What wakes other processes [env: PAPERTAPE_BROADCAST_URL; default: memory://]."),
]
Format = Annotated[
    LogFormat | None, typer.Option("--log-format", help="[env: PAPERTAPE_LOG_FORMAT; default: console].")
]
Token = Annotated[
    str | None, typer.Option(help="Bearer token that clients must send [env: PAPERTAPE_TOKEN; default: none].")
]
Feed = Annotated[
    str | None,
    typer.Option(
        help="A live market to be fed from, and its options: 'ccxt exchange=binance symbols=BTC/USDT'; several "
        "separated by ; [env: PAPERTAPE_FEED; default: none].",
    ),
]
NotifyPrivate = Annotated[
    str | None,
    typer.Option(
        help="Private addresses or networks that notifications may be sent to, like 192.168.1.7 "
        "[env: PAPERTAPE_NOTIFY_PRIVATE; default: none].",
    ),
]
AllowedHosts = Annotated[
    str | None,
    typer.Option(help="Names by which clients may call the server [env: PAPERTAPE_ALLOWED_HOSTS; default: loopback]."),
]
TrustedProxy = Annotated[
    str | None,
    typer.Option(
        help="Addresses or networks of proxies, which may hold any number of connections "
        "[env: PAPERTAPE_TRUSTED_PROXY; default: loopback]."
    ),
]
Clock = Annotated[
    ClockKind | None,
    typer.Option(help="What a missing timestamp means: wall time, or the latest bar's [env: PAPERTAPE_CLOCK]."),
]
Execution = Annotated[
    ExecutionKind | None,
    typer.Option(help="How operations run: the reference answers the same, but slower [env: PAPERTAPE_EXECUTION]."),
]
AllocatorName = Annotated[
    Allocator | None,
    typer.Option(
        "--allocator",
        help="What hands out memory; of malloc's more goes back to the system once many clients have gone "
        "[env: PAPERTAPE_ALLOCATOR; default: python].",
    ),
]


WorkerCount = Annotated[
    int | None,
    typer.Option(help="Server processes; more than 1 need PostgreSQL [env: PAPERTAPE_WORKERS; default: 1]."),
]


Interval = Annotated[
    str | None, typer.Option(help="How long a bar is: 1m, 15m, 4h, 1d, 1w, 1mo [default: as the rows tell].")
]
Timezone = Annotated[
    str | None,
    typer.Option(help="Zone of times without an offset, and of whose days a bar is, e.g. America/New_York."),
]
Strict = Annotated[bool, typer.Option("--strict", help="Refuse a file of bars in which any row cannot be used.")]

WrittenBy = Annotated[
    str | None, typer.Option("--format", help="The program that wrote the file, if its form does not show that.")
]
Columns = Annotated[
    str | None,
    typer.Option(help="Where fields stand, by title or place, as in time=Date,open=2 [default: as the header tells]."),
]
Stamped = Annotated[Stamp | None, typer.Option(help="Which end of a bar its time is [default: start].")]
Dates = Annotated[
    DateOrder | None, typer.Option(help="What comes first in 01/02/2024 [default: as the first rows tell].")
]
Decimal = Annotated[
    DecimalMark | None, typer.Option(help="What stands before decimals [default: as the first rows tell].")
]


Account = Annotated[str, typer.Option(help="The account's name.")]
OneSession = Annotated[int | None, typer.Option("--session", help="Only this session; default: all of them.")]
OutputFormat = Annotated[FileFormat, typer.Option("--format", help="csv, json (one object a line) or parquet.")]
Output = Annotated[Path, typer.Option("--output", "-o", help="The file to write; - is standard output.")]
