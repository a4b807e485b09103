"""Operations of any kind that a schema allows, and some that it does not quite allow, drawn at random."""

import json
from dataclasses import dataclass, field
from random import Random
from typing import Any

from graphql import (
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLInterfaceType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLSchema,
    get_named_type,
    is_composite_type,
)

Json = Any

DEEPEST = 4
HOSTILE: list[Json] = [
    None,
    "",
    "x",
    0,
    -1,
    2**40,
    1.5,
    1e300,
    True,
    [],
    {},
    [None],
    {"x": 1},
    "1e999999",
    "NaN",
    "ü\n",
]


@dataclass(frozen=True, slots=True)
class Drawn:
    """A document, and values for its variables."""

    text: str
    variables: dict[str, Json]


@dataclass
class Drawing:
    """Draws one operation. `known` are values that mean something to the desk, by the names of arguments and fields.

    Of `wrong` values in a hundred, one does not fit.
    """

    schema: GraphQLSchema
    random: Random
    known: dict[str, list[Json]]
    wrong: int
    variables: dict[str, Json] = field(default_factory=dict)
    declared: list[str] = field(default_factory=list)
    fragments: list[str] = field(default_factory=list)

    def operation(self, kind: str) -> Drawn:
        """A query or a mutation."""
        root = self.schema.query_type if kind == "query" else self.schema.mutation_type
        assert root is not None
        shown = self._root_fields(root)
        declared = f"({', '.join(self.declared)})" if self.declared else ""
        return Drawn(" ".join([f"{kind} Drawn{declared} {{ {shown} }}", *self.fragments]), self.variables)

    def _root_fields(self, root: GraphQLObjectType) -> str:
        names = self.random.choices(sorted(root.fields), k=self.random.choice([1, 1, 1, 2, 3]))
        fields = [f"f{place}: {self._field(root.fields[name], name, 0)}" for place, name in enumerate(names)]
        if self._seldom(6):
            self.fragments.append(f"fragment first on {root.name} {{ {fields[0]} }}")
            fields[0] = "...first"
        if self._seldom(6):
            self.variables["unheardOf"] = 1
        return " ".join(fields + ["__typename"] * self._seldom(5))

    def _field(self, of: GraphQLField, name: str, depth: int) -> str:
        arguments = [
            f"{argument}: {self._value(of.args[argument].type, argument)}"
            for argument in of.args
            if isinstance(of.args[argument].type, GraphQLNonNull) or self.random.random() < 0.6
        ]
        sent = f"({', '.join(arguments)})" if arguments else ""
        kind = get_named_type(of.type)
        below = f" {{ {self._selections(kind, depth + 1)} }}" if is_composite_type(kind) else ""
        return f"{name}{sent}{self._directive()}{below}"

    def _selections(self, kind: Any, depth: int) -> str:
        shallow = [
            name
            for name, of in kind.fields.items()
            if depth < DEEPEST or not is_composite_type(get_named_type(of.type))
        ]
        chosen = self.random.choices([*shallow, "__typename"], k=self.random.randint(1, 6))
        parts = [self._selection(kind, name, depth) for name in chosen]
        if isinstance(kind, GraphQLInterfaceType):
            parts.extend(
                f"... on {each.name}{self._directive()} {{ {self._selections(each, depth + 1)} }}"
                for each in self.schema.get_possible_types(kind)
                if self._seldom(2)
            )
        return " ".join(parts)

    def _selection(self, kind: Any, name: str, depth: int) -> str:
        if name == "__typename":
            return f"{self._alias(name)}__typename{self._directive()}"
        shown = f"{self._alias(name)}{self._field(kind.fields[name], name, depth)}"
        match self.random.randrange(10):
            case 0:
                return f"... {{ {shown} }}"
            case 1:
                return f"... on {kind.name}{self._directive()} {{ {shown} }}"
            case 2:
                spread = f"part{len(self.fragments)}"
                self.fragments.append(f"fragment {spread} on {kind.name} {{ {shown} }}")
                return f"...{spread}{self._directive()} ...{spread}"
        return shown

    def _alias(self, name: str) -> str:
        # The name is in the alias, so that fields of one name that ask differently seldom meet.
        return f"{name}{self.random.randrange(1000)}: " if self._seldom(3) else ""

    def _directive(self) -> str:
        if not self._seldom(12):
            return ""
        name = self.random.choice(["skip", "include"])
        if self._seldom(2):
            return f" @{name}(if: {json.dumps(self.random.random() < 0.5)})"
        return f" @{name}(if: {self._variable('Boolean!', self.random.random() < 0.5)})"

    def _variable(self, kind: str, value: Json, default: str | None = None) -> str:
        name = f"v{len(self.declared)}"
        self.declared.append(f"${name}: {kind}" + ("" if default is None else f" = {default}"))
        if default is None or self._seldom(2):
            self.variables[name] = value
        return f"${name}"

    def _value(self, kind: GraphQLInputType, name: str) -> str:
        """An argument: a literal, a variable, or a literal with variables inside."""
        match self.random.randrange(4):
            case 0:
                return self._literal(kind, name)
            case 1 if not isinstance(kind, GraphQLNonNull):
                return self._variable(str(kind), self._json(kind, name), self._literal(kind, name, inside=False))
        return self._variable(str(kind), self._json(kind, name))

    def _json(self, kind: GraphQLInputType, name: str) -> Json:
        if self.random.randrange(100) < self.wrong:
            return self.random.choice(HOSTILE)
        if isinstance(kind, GraphQLNonNull):
            return self._present(kind.of_type, name)
        return None if self._seldom(8) else self._present(kind, name)

    def _present(self, kind: Any, name: str) -> Json:
        if isinstance(kind, GraphQLList):
            items = [self._json(kind.of_type, name) for _ in range(self.random.randrange(3))]
            return items if self._seldom(1) or not items else items[0]
        if isinstance(kind, GraphQLInputObjectType):
            whole = {each: self._json(kind.fields[each].type, each) for each in self._chosen(kind)}
            if self.random.randrange(100) < self.wrong:
                whole.pop(next(iter(whole), ""), None)
                whole["unheardOf"] = "x"
            return whole
        if isinstance(kind, GraphQLEnumType):
            return self.random.choice(sorted(kind.values))
        return self.random.choice(self.known.get(name) or self.known[kind.name])

    def _chosen(self, kind: GraphQLInputObjectType) -> list[str]:
        if kind.is_one_of:
            return [self.random.choice(sorted(kind.fields))]
        return [
            name
            for name, each in kind.fields.items()
            if isinstance(each.type, GraphQLNonNull) or self.random.random() < 0.4
        ]

    def _literal(self, kind: GraphQLInputType, name: str, *, inside: bool = True) -> str:
        if inside and self._seldom(4):
            return self._variable(str(kind), self._json(kind, name))
        if isinstance(kind, GraphQLNonNull):
            kind = kind.of_type
        elif self._seldom(8):
            return "null"
        if isinstance(kind, GraphQLList):
            items = [self._literal(kind.of_type, name, inside=inside) for _ in range(self.random.randrange(3))]
            return f"[{', '.join(items)}]"
        if isinstance(kind, GraphQLInputObjectType):
            fields = [
                f"{each}: {self._literal(kind.fields[each].type, each, inside=inside)}" for each in self._chosen(kind)
            ]
            return f"{{{', '.join(fields)}}}"
        value = self._present(kind, name)
        return value if isinstance(kind, GraphQLEnumType) else json.dumps(value)

    def _seldom(self, times: int) -> bool:
        """Once in so many times."""
        return self.random.randrange(times) == 0
