"""What a tool answers: typed, with exact decimals as strings and times in UTC, by the names of the API.

What is null, such as the stop of a position that has none, is left out.
"""

from typing import Annotated, Any, Generic, TypeVar, get_args

from pydantic import BaseModel, ConfigDict, Field

from api.codec.field_names import api_path
from domain.refusals import ErrorCode

Exact = Annotated[str, Field(json_schema_extra={"format": "decimal"})]
"""An exact decimal."""

Instant = Annotated[str, Field(json_schema_extra={"format": "date-time"})]
"""A time in UTC, as ISO 8601."""


class Result(BaseModel):
    """Something that a tool answers, or a part of it."""

    model_config = ConfigDict(alias_generator=api_path, populate_by_name=True, frozen=True)


Item = TypeVar("Item", bound=Result)


class Page(Result, Generic[Item]):
    """A page of a list."""

    total_count: Annotated[int, Field(description="How many the whole list has.")]
    items: Annotated[list[Item], Field(description="Those of this page.")]
    next_cursor: Annotated[str | None, Field(description="Pass it as after for the next page; absent at the end.")] = (
        None
    )


def page(connection: dict[str, Any]) -> dict[str, Any]:
    """A connection of the API as the fields of a Page."""
    follows = connection["pageInfo"]["hasNextPage"]
    return {
        "totalCount": connection["totalCount"],
        "items": connection["nodes"],
        "nextCursor": connection["pageInfo"]["endCursor"] if follows else None,
    }


class Refusal(Result):
    """Why the desk refused: an answer, after which nothing has happened."""

    code: ErrorCode
    message: Annotated[str, Field(description="What was wrong, and what would be right.")]
    field: Annotated[list[str] | None, Field(description="The argument to blame, if one is.")] = None
    limit: Annotated[Exact | None, Field(description="The figure that was not to be passed.")] = None
    actual: Annotated[Exact | None, Field(description="The figure that was found instead.")] = None


def selection(kind: type[Result]) -> str:
    """What to ask the API for: every field of a result, and theirs."""
    fields = (f"{field.alias}{_inner(field.annotation)}" for field in kind.model_fields.values())
    return f"{{ {' '.join(fields)} }}"


def page_of(kind: type[Result]) -> str:
    """What to ask the API for of a page whose items are of a kind."""
    return f"{{ totalCount nodes {selection(kind)} pageInfo {{ hasNextPage endCursor }} }}"


def _inner(annotation: Any) -> str:
    if isinstance(annotation, type) and issubclass(annotation, Result):
        return f" {selection(annotation)}"
    return "".join(_inner(part) for part in get_args(annotation))
