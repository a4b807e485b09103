"""Writers of answers: for each selection set a function of an object, which returns its JSON text.

They are generated as the source of Python functions, all those of an operation at once, for closures that call closures
are slower than attributes that are read one after the other. Of a position `{ symbol fills { price } trade { id } }`
becomes

    def write_3(o, at):
        v0 = text(o.symbol)
        v1 = "[" + ",".join([write_1(x1, at) for x1 in o.fills]) + "]"
        v2 = "null" if (x2 := o.trade) is None else write_2(x2, at)
        return f'{{"symbol":{v0},"fills":{v1},"trade":{v2}}}'

Under an event of a subscription the object is `Texts`, whose `symbol` is written as it is.

A writer raises whatever it likes for an object that is not as the schema says.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from graphql import (
    GraphQLEnumType,
    GraphQLInterfaceType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLOutputType,
    GraphQLScalarType,
    GraphQLString,
    SelectionSetNode,
    get_named_type,
    is_leaf_type,
)

from api.graphql.compiled.resolvers import Program, declared_field, resolver
from api.graphql.compiled.selections import Field, Selections, Unsupported
from api.graphql.compiled.texts import leaf, newest_texts, renderer
from api.graphql.library_internals import declaration

Write = Callable[[Any, Any], Any]
"""The JSON text of an object in a `Call`, to be awaited where something below is resolved asynchronously."""


@dataclass(frozen=True, slots=True)
class _Code:
    """A Python expression, and whether it awaits."""

    text: str
    awaits: bool = False


@dataclass(frozen=True, slots=True)
class Written:
    """The name that a writer has among those that `Writers.made` returns, and whether it is to be awaited."""

    name: str
    is_async: bool

    def of(self, value: str) -> _Code:
        """A call."""
        call = f"{self.name}({value}, at)"
        return _Code(f"await {call}" if self.is_async else call, self.is_async)


class Writers:
    """The writers of one operation."""

    def __init__(self, program: Program, selections: Selections) -> None:
        self._program = program
        self._selections = selections
        self._names: dict[str, object] = {}
        self._objects: dict[tuple[str, tuple[int, ...]], Written] = {}
        self._sources: list[str] = []
        self._count = 0
        self._reads_texts = False

    def root(self, parent: GraphQLObjectType, asked: Field) -> Written:
        """A writer of the values of a root field."""
        kind = GraphQLNonNull(GraphQLString) if asked.name == "__typename" else parent.fields[asked.name].type
        value = self._value(kind, asked.below, "o")
        return self._function([], value.text, is_async=value.awaits)

    def response(self, parent: GraphQLObjectType, asked: Field) -> Written:
        """A writer of the responses to the events of a subscription, whose only field this is."""
        kind, event = parent.fields[asked.name].type, "o"
        if isinstance(kind, GraphQLNonNull) and isinstance(kind.of_type, GraphQLObjectType):
            self._reads_texts, event = True, f"{self._named('texts', newest_texts(kind.of_type).of)}(o)"
        value = self._value(kind, asked.below, event)
        response = f"""f'{{{{"data":{{{{"{asked.key}":{{v0}}}}}}}}}}'"""
        return self._function([f"v0 = {value.text}"], response, is_async=value.awaits)

    def made(self) -> tuple[Mapping[str, Any], int]:
        """All writers, by name, and how long their source is."""
        # The source has names of the schema and of the document, which are letters, digits and underscores.
        source = "\n".join(self._sources)
        exec(compile(source, "<operation>", "exec"), self._names)  # noqa: S102
        return self._names, len(source)

    def _value(self, kind: GraphQLOutputType, sets: list[SelectionSetNode], value: str) -> _Code:
        if isinstance(kind, GraphQLNonNull):
            return self._present(kind.of_type, sets, value)
        name = self._new("x")
        present = self._present(kind, sets, name)
        awaits = present.awaits or value.startswith("await ")
        return _Code(f'"null" if ({name} := {value}) is None else {present.text}', awaits)

    def _present(self, kind: GraphQLOutputType, sets: list[SelectionSetNode], value: str) -> _Code:
        """A value that is not null."""
        awaits = value.startswith("await ")
        if isinstance(kind, GraphQLScalarType | GraphQLEnumType):
            self._names[f"to_{kind.name}"] = leaf(kind)
            return _Code(f"to_{kind.name}({value})", awaits)
        if isinstance(kind, GraphQLList):
            name = self._new("x")
            item = self._value(kind.of_type, sets, name)
            return _Code(f'"[" + ",".join([{item.text} for {name} in {value}]) + "]"', awaits or item.awaits)
        if isinstance(kind, GraphQLObjectType):
            return self._object(kind, sets).of(value)
        if isinstance(kind, GraphQLInterfaceType):
            return self._interface(kind, sets).of(value)
        raise Unsupported(f"the type {kind}")

    def _object(self, kind: GraphQLObjectType, sets: list[SelectionSetNode]) -> Written:
        """A writer of objects of a type, the same wherever the same is asked."""
        key = kind.name, tuple(map(id, sets))
        if key not in self._objects:
            self._objects[key] = self._object_anew(kind, sets)
        return self._objects[key]

    def _object_anew(self, kind: GraphQLObjectType, sets: list[SelectionSetNode]) -> Written:
        lines: list[str] = []
        parts: list[str] = []
        is_async = False
        for field in self._selections.fields(kind, sets):
            if field.name == "__typename":
                parts.append(f'"{field.key}":"{kind.name}"')
                continue
            value = self._field(kind, field)
            is_async |= value.awaits
            parts.append(f'"{field.key}":{{v{len(lines)}}}')
            lines.append(f"v{len(lines)} = {value.text}")
        return self._function(lines, f"f'{{{{{','.join(parts)}}}}}'", is_async=is_async)

    def _field(self, kind: GraphQLObjectType, asked: Field) -> _Code:
        field = kind.fields.get(asked.name)
        if field is None:
            raise Unsupported(f"the field {asked.name}")
        declared = declared_field(field)
        if declared.base_resolver is None:
            value = f"o.{declared.python_name}"
        else:
            value = self._resolved(kind, asked, "await " if declared.is_async else "")
        if self._reads_texts:
            render = renderer(field.type)
            if declared.base_resolver is not None:
                value = f"{self._named('render', render)}({value})"
            if is_leaf_type(get_named_type(field.type)):
                return _Code(value, declared.is_async)
        code = self._value(field.type, asked.below, value)
        return _Code(code.text, code.awaits or declared.is_async)

    def _resolved(self, kind: GraphQLObjectType, asked: Field, awaits: str) -> str:
        resolve = self._named("resolve", resolver(self._program, kind, asked))
        return f"{awaits}{resolve}({'o._source' if self._reads_texts else 'o'}, at)"

    def _interface(self, kind: GraphQLInterfaceType, sets: list[SelectionSetNode]) -> Written:
        kinds = self._program.schema.get_possible_types(kind)
        written = [self._object(possible, sets) for possible in kinds]
        is_async = any(writer.is_async for writer in written)
        if is_async:
            written = [self._made_async(writer) for writer in written]
        by_class = ", ".join(
            f"{self._named(possible.name, declaration(possible).origin)}: {writer.name}"
            for possible, writer in zip(kinds, written, strict=True)
        )
        call = f"{{{by_class}}}[o.__class__](o, at)"
        return self._function([], f"await {call}" if is_async else call, is_async=is_async)

    def _made_async(self, writer: Written) -> Written:
        return writer if writer.is_async else self._function([], writer.of("o").text, is_async=True)

    def _function(self, lines: list[str], returned: str, *, is_async: bool) -> Written:
        name = self._new("write_")
        head = f"{'async ' if is_async else ''}def {name}(o, at):"
        self._sources.append("\n    ".join([head, *lines, f"return {returned}"]))
        return Written(name, is_async)

    def _named(self, hint: str, value: object) -> str:
        name = self._new(f"{hint}_")
        self._names[name] = value
        return name

    def _new(self, prefix: str) -> str:
        self._count += 1
        return f"{prefix}{self._count}"
