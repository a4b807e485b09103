"""Objects as JSON texts: what many documents ask of one event is made once for all of them.

The values of an object become texts, and objects below it such objects, as they are first asked for.
"""

from collections.abc import Callable
from enum import Enum
from functools import cache
from json.encoder import encode_basestring_ascii
from typing import Any, ClassVar

from graphql import (
    GraphQLBoolean,
    GraphQLEnumType,
    GraphQLFloat,
    GraphQLID,
    GraphQLInt,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLOutputType,
    GraphQLScalarType,
    GraphQLString,
    get_named_type,
    is_leaf_type,
)

from api.graphql.compiled.selections import Unsupported
from api.graphql.library_internals import declaration

_MOST_EVENTS = 64
"""Of how many events of a type texts are kept: subscribers are told of one soon after another."""

Render = Callable[[Any], Any]
"""What a value is rendered as: its text; an object as `Texts`, a list of them as a list, and none as None."""


class Texts:
    """An object whose attributes are those of another, rendered."""

    renderer_of: ClassVar[Callable[[str], Render]]

    def __init__(self, source: object) -> None:
        self._source = source

    def __getattr__(self, name: str) -> Any:
        """An attribute as it is rendered, which is kept."""
        rendered = self.__class__.renderer_of(name)(getattr(self._source, name))
        setattr(self, name, rendered)
        return rendered


class NewestTexts:
    """The texts of the newest events of a type, one object for all who ask something of the same event."""

    def __init__(self, kind: GraphQLObjectType) -> None:
        self._made = _texts(kind)
        self._known: dict[int, Texts] = {}

    def of(self, event: object) -> Texts:
        """The texts of an event, which they hold, so that its id is no other's."""
        texts = self._known.get(id(event))
        if texts is None:
            texts = self._known[id(event)] = self._made(event)
            if len(self._known) > _MOST_EVENTS:
                del self._known[next(iter(self._known))]
        return texts


newest_texts = cache(NewestTexts)


@cache
def _texts(kind: GraphQLObjectType) -> type[Texts]:
    kinds = {declaration(field).python_name: field.type for field in kind.fields.values()}
    return type(kind.name, (Texts,), {"renderer_of": cache(lambda name: renderer(kinds[name]))})


def renderer(kind: GraphQLOutputType) -> Render:
    """What renders values of a type. Raises Unsupported."""
    named = get_named_type(kind)
    if is_leaf_type(named):
        return _text_renderer(kind)
    if isinstance(named, GraphQLObjectType):
        return _object_renderer(kind)
    raise Unsupported(f"the type {named}")


def _text_renderer(kind: Any) -> Callable[[Any], str]:
    if isinstance(kind, GraphQLNonNull):
        return _present_text_renderer(kind.of_type)
    present = _present_text_renderer(kind)
    return lambda value: "null" if value is None else present(value)


def _present_text_renderer(kind: Any) -> Callable[[Any], str]:
    if not isinstance(kind, GraphQLList):
        return leaf(kind)
    item = _text_renderer(kind.of_type)
    return lambda values: f"[{','.join(map(item, values))}]"


def _object_renderer(kind: Any) -> Render:
    if isinstance(kind, GraphQLNonNull):
        return _object_renderer(kind.of_type)
    if isinstance(kind, GraphQLList):
        item = _object_renderer(kind.of_type)
        return lambda values: None if values is None else list(map(item, values))
    made = _texts(kind)
    return lambda value: None if value is None else made(value)


@cache
def leaf(kind: GraphQLScalarType | GraphQLEnumType) -> Callable[[Any], str]:
    """What writes values of a scalar or of an enumeration."""
    if isinstance(kind, GraphQLEnumType):
        members: type[Enum] = declaration(kind).wrapped_cls
        return {member: encode_basestring_ascii(kind.coerce_output_value(member)) for member in members}.__getitem__
    if kind in {GraphQLString, GraphQLID}:
        return encode_basestring_ascii
    if kind is GraphQLBoolean:
        return {True: "true", False: "false"}.__getitem__
    shown = kind.coerce_output_value
    if kind is GraphQLInt:
        return lambda value: str(shown(value))
    if kind is GraphQLFloat:
        raise Unsupported("a Float")
    return lambda value: encode_basestring_ascii(shown(value))
