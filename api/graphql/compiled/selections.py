"""What an operation asks of an object: its fields in the order of the answer, fragments spread, directives decided."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from graphql import (
    BooleanValueNode,
    DirectiveNode,
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLObjectType,
    GraphQLSchema,
    InlineFragmentNode,
    NamedTypeNode,
    SelectionNode,
    SelectionSetNode,
    VariableNode,
    Visitor,
    is_abstract_type,
    visit,
)

from api.errors import PapertapeError

_INCLUDED_WHEN = {"skip": False, "include": True}


class Unsupported(PapertapeError):
    """Something that is not compiled: graphql-core executes the operation."""


@dataclass(frozen=True, slots=True)
class Field:
    """What is answered under one name: the field, and every place that asks for it."""

    key: str
    nodes: tuple[FieldNode, ...]

    @property
    def name(self) -> str:
        """The field's own name."""
        return self.nodes[0].name.value

    @property
    def below(self) -> list[SelectionSetNode]:
        """What is asked of its value."""
        return [node.selection_set for node in self.nodes if node.selection_set]


class Selections:
    """The fields of a document's selection sets, for one choice of the variables that decide directives."""

    def __init__(self, schema: GraphQLSchema, document: DocumentNode, choices: Mapping[str, bool]) -> None:
        self._schema = schema
        self._choices = choices
        self.fragments = {
            node.name.value: node for node in document.definitions if isinstance(node, FragmentDefinitionNode)
        }

    def fields(self, kind: GraphQLObjectType, sets: Iterable[SelectionSetNode]) -> list[Field]:
        """What is answered of an object of a type."""
        named: dict[str, list[FieldNode]] = {}
        spread: set[str] = set()
        for node in sets:
            self._collect(kind, node, named, spread)
        return [Field(key, tuple(nodes)) for key, nodes in named.items()]

    def _collect(
        self, kind: GraphQLObjectType, set_: SelectionSetNode, named: dict[str, list[FieldNode]], spread: set[str]
    ) -> None:
        for node in set_.selections:
            if not self._is_included(node):
                continue
            if isinstance(node, FieldNode):
                named.setdefault((node.alias or node.name).value, []).append(node)
            elif isinstance(node, InlineFragmentNode):
                if node.type_condition is None or self._applies(node.type_condition, kind):
                    self._collect(kind, node.selection_set, named, spread)
            elif isinstance(node, FragmentSpreadNode) and node.name.value not in spread:
                spread.add(node.name.value)
                fragment = self.fragments[node.name.value]
                if self._applies(fragment.type_condition, kind):
                    self._collect(kind, fragment.selection_set, named, spread)

    def _applies(self, condition: NamedTypeNode, kind: GraphQLObjectType) -> bool:
        on = self._schema.get_type(condition.name.value)
        return on is kind or (is_abstract_type(on) and self._schema.is_sub_type(on, kind))

    def _is_included(self, node: SelectionNode) -> bool:
        return all(self._allows(directive) for directive in node.directives or ())

    def _allows(self, directive: DirectiveNode) -> bool:
        wanted = _INCLUDED_WHEN.get(directive.name.value)
        if wanted is None:
            raise Unsupported(f"the directive @{directive.name.value}")
        (argument,) = directive.arguments or ()
        condition = argument.value
        if isinstance(condition, VariableNode):
            return self._choices[condition.name.value] is wanted
        if isinstance(condition, BooleanValueNode):
            return condition.value is wanted
        raise Unsupported("the condition of a directive")


def deciding_variables(document: DocumentNode) -> frozenset[str]:
    """The variables that decide directives anywhere in a document."""
    found = _DecidingVariables()
    visit(document, found)
    return frozenset(found.names)


class _DecidingVariables(Visitor):
    def __init__(self) -> None:
        super().__init__()
        self.names: set[str] = set()

    def enter_directive(self, node: DirectiveNode, *_: object) -> None:
        self.names.update(
            argument.value.name.value for argument in node.arguments or () if isinstance(argument.value, VariableNode)
        )
