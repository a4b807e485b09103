"""`papertape migrate`, `papertape schema` and `papertape verify`."""

import sys
from typing import Annotated

import typer
from rich.console import Console

from api.cli.options import DatabaseUrl
from api.cli.running import require_file, run, settings_of


def migrate(
    database_url: DatabaseUrl = None, revision: Annotated[str, typer.Option(help="Where to, up or down.")] = "head"
) -> None:
    """Bring the database to the shape that this version needs."""
    from api.cli import maintenance

    settings = settings_of(database_url=database_url)
    run(settings, lambda: maintenance.migrate(settings, revision))


def schema() -> None:
    """Print the GraphQL schema."""
    from api.graphql.schema import printed

    sys.stdout.write(printed())


def verify(
    database_url: DatabaseUrl = None,
    expect: Annotated[
        str | None, typer.Option(help="A head, ORDINAL:HASH, that the record must end with or have grown from.")
    ] = None,
) -> None:
    """Fold the journal, and compare what follows from it with what is stored, to the last digit.

    A server may run meanwhile. Exits with 1 if anything differs. Prints the record's head, as `backup` and `export`
    do: with --expect a record that lost its end since, or is another, is found too.
    """
    from api.cli import maintenance

    settings = settings_of(database_url=database_url)
    require_file(settings)
    run(settings, lambda: maintenance.verify(settings, expect, Console()))
