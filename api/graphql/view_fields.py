"""Fields that are read when they are asked for, from the domain's view that an object holds: most are not asked for."""

from collections.abc import Callable
from dataclasses import fields
from operator import attrgetter
from typing import Any, TypeVar

import strawberry

Type = TypeVar("Type")


def of_view(source: str | Callable[[Any], object], text: str) -> Any:
    """A field with its description: an attribute of the object's `view`, by its path there, or what a function makes
    of the view."""
    field = strawberry.field(description=text, metadata={"source": source})
    field.init = False
    return field


def shows_view(cls: type[Type]) -> type[Type]:
    """Let a type's fields `of_view` be read so."""
    for field in fields(cls):  # type: ignore[arg-type]
        if (source := field.metadata.get("source")) is not None:
            setattr(cls, field.name, _reading(source))
    return cls


def _reading(source: str | Callable[[Any], object]) -> property:
    if isinstance(source, str):
        return property(attrgetter(f"view.{source}"))
    return property(lambda shown: source(shown.view))
