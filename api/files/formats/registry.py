"""The dialects that are known."""

from api.errors import BadArgument
from api.files.formats.dialect import Dialect
from api.files.formats.families import crypto, lean, metatrader, platforms, vendors

DIALECTS: tuple[Dialect, ...] = (
    *metatrader.DIALECTS,
    *crypto.DIALECTS,
    *platforms.DIALECTS,
    *vendors.DIALECTS,
    *lean.DIALECTS,
)


def named(name: str) -> tuple[Dialect, ...]:
    """The forms of a dialect by its name. Raises BadArgument."""
    forms = tuple(dialect for dialect in DIALECTS if dialect.name == name.casefold())
    if not forms:
        known = ", ".join(sorted({dialect.name for dialect in DIALECTS}))
        raise BadArgument(f"format must be one of {known}, not {name!r}")
    return forms
