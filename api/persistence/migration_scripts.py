"""The scripts that bring a database from one revision to another, run by Alembic."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

import migrations


def move(connection: Connection, revision: str, current: str | None) -> None:
    """Bring a database from its revision to another, up or down. Raises CommandError."""
    config = Config()
    config.set_main_option("script_location", str(Path(migrations.__file__).parent).replace("%", "%%"))
    config.attributes["connection"] = connection
    if _is_older(config, revision, current):
        command.downgrade(config, revision)
    else:
        command.upgrade(config, revision)


def _is_older(config: Config, revision: str, current: str | None) -> bool:
    if current is None or revision == "head":
        return False
    ancestors = {script.revision for script in ScriptDirectory.from_config(config).iterate_revisions(current, "base")}
    return revision == "base" or revision in ancestors
