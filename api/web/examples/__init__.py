"""The operations that GraphiQL opens with: one file each, in the order of their names, variables beside them."""

from dataclasses import dataclass
from pathlib import Path

_FOLDER = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Example:
    """A GraphQL operation and its variables as JSON text, empty if it takes none."""

    query: str
    variables: str


def examples() -> list[Example]:
    """The operations, in the order of their files' names."""
    return [_read(path) for path in sorted(_FOLDER.glob("*.graphql"))]


def _read(path: Path) -> Example:
    variables = path.with_suffix(".json")
    return Example(
        query=path.read_text(encoding="utf-8"),
        variables=variables.read_text(encoding="utf-8") if variables.exists() else "",
    )
