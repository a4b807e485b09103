"""What one GraphQL document may ask for, decided before anything is executed.

Each fragment is measured once, however often it is spread, so a document is measured in time linear in its length.
Variables play no part, and a page size that is sent in one counts as the largest page.
"""

from dataclasses import dataclass
from typing import cast

from graphql import (
    DocumentNode,
    ExecutableDefinitionNode,
    FieldNode,
    FragmentSpreadNode,
    GraphQLArgument,
    GraphQLCompositeType,
    GraphQLField,
    InlineFragmentNode,
    IntValueNode,
    ListValueNode,
    ObjectValueNode,
    OperationDefinitionNode,
    SelectionNode,
    SelectionSetNode,
    ValidationContext,
    ValidationRule,
    ValueNode,
    get_named_type,
    is_composite_type,
)
from graphql.validation.validate import ValidationAbortedError

from api.errors import Code
from api.graphql.execution.repeats import TooManyRepeats, check_repeats
from api.graphql.execution.variables import KEYS, LONGEST_LIST

CHARACTERS = 100_000
LINES = 5_000
"""Twice as many as tokens: a comment is no token, but costs as much, and ends with its line."""
TOKENS = 2_500
DEPTH = 15
ROOT_FIELDS = 50
FIELDS = 600
VALUES = 50_000
INTROSPECTED_VALUES = 150_000
OPERATIONS = 50

LARGEST_PAGES = {"first": 100, "maxPoints": 2_000}
"""The arguments that say how many of something are wanted, and how many that can be at most."""
LARGEST_PAGE_OF_BARS = 1_000

_INTROSPECTED_LISTS = {"types": 100, "fields": 5, "args": 5, "inputFields": 5, "enumValues": 5, "possibleTypes": 5}
_NESTING = 100
_COUNT_CAP = 10**9
"""Sizes are counted up to here: fragments within fragments multiply them without end."""


@dataclass(frozen=True, slots=True)
class Measure:
    """The size of a selection set with its fragments spread: what it would answer, at most.

    `width` counts the fields at its own level and `fields` those at every level; `values` and `introspected` count
    what may come back, each page at its largest; `depth` counts levels, those of introspection left out.
    """

    width: int = 0
    fields: int = 0
    depth: int = 0
    values: int = 0
    introspected: int = 0

    def beside(self, other: "Measure") -> "Measure":
        """The size of two selection sets that are answered in one object."""
        return Measure(
            self.width + other.width,
            min(self.fields + other.fields, _COUNT_CAP),
            max(self.depth, other.depth),
            min(self.values + other.values, _COUNT_CAP),
            min(self.introspected + other.introspected, _COUNT_CAP),
        )

    def under_a_field(self, times: int) -> "Measure":
        """The size of a field that answers this selection set at most `times` times."""
        return Measure(1, 1 + self.fields, 1 + self.depth, min(1 + times * self.values, _COUNT_CAP), self.introspected)

    def under_an_introspected_field(self, times: int) -> "Measure":
        """The size of a field of the schema's own description, whose levels do not count."""
        return Measure(1, 1 + self.fields, 0, 0, min(1 + times * self.introspected, _COUNT_CAP))


class _Surveyor:
    """Measures the definitions of one document."""

    def __init__(self, context: ValidationContext) -> None:
        self._schema = context.schema
        self._fragment_named = context.get_fragment
        self._fragments: dict[str, Measure] = {}

    def definition(self, node: ExecutableDefinitionNode) -> Measure:
        if isinstance(node, OperationDefinitionNode):
            return self._selections(node.selection_set, self._schema.get_root_type(node.operation), 0)
        return self._fragment(node.name.value if node.name else "", 0)

    def _fragment(self, name: str, nesting: int) -> Measure:
        if name not in self._fragments:
            self._fragments[name] = Measure()  # where a cycle ends; another rule reports it
            node = self._fragment_named(name)
            if node is not None:
                on = self._composite(node.type_condition.name.value)
                self._fragments[name] = self._selections(node.selection_set, on, nesting)
        return self._fragments[name]

    def _selections(self, node: SelectionSetNode, parent: GraphQLCompositeType | None, nesting: int) -> Measure:
        if nesting > _NESTING:
            raise _exceeded("nests its selections and fragments too deeply")
        whole = Measure()
        for selection in node.selections:
            whole = whole.beside(self._selection(selection, parent, nesting + 1))
        return whole

    def _selection(self, node: SelectionNode, parent: GraphQLCompositeType | None, nesting: int) -> Measure:
        if isinstance(node, FragmentSpreadNode):
            return self._fragment(node.name.value, nesting)
        if isinstance(node, InlineFragmentNode):
            on = self._composite(node.type_condition.name.value) if node.type_condition else parent
            return self._selections(node.selection_set, on, nesting)
        return self._field(cast("FieldNode", node), parent, nesting)

    def _field(self, node: FieldNode, parent: GraphQLCompositeType | None, nesting: int) -> Measure:
        name = node.name.value
        for argument in node.arguments or ():
            _check_value(argument.value)
        field = self._schema.get_field(parent, name) if parent else None
        inside = Measure()
        if node.selection_set:
            answer = get_named_type(field.type) if field else None
            inside = self._selections(node.selection_set, answer if is_composite_type(answer) else None, nesting)
        if name in {"__schema", "__type"} or (parent and parent.name.startswith("__")):
            return inside.under_an_introspected_field(_INTROSPECTED_LISTS.get(name, 1))
        return inside.under_a_field(_page(node, field))

    def _composite(self, name: str) -> GraphQLCompositeType | None:
        named = self._schema.get_type(name)
        return named if is_composite_type(named) else None


HEAVY = {
    "report": 20,
    "liveEligibility": 20,
    "quotes": 1_000,
    "curve": 1_000,
    "sharpe": 20,
    "holdings": 1_000,
    "executeSignals": 200,
    "closeAll": 200,
}
"""Fields that cost more than they show: each counts as so many answers."""


def _page(node: FieldNode, field: GraphQLField | None) -> int:
    """How many answers the field's page holds at most: 1 if it has no pages."""
    if node.name.value in HEAVY:
        return HEAVY[node.name.value]
    for name, largest in LARGEST_PAGES.items():
        if field and (argument := field.args.get(name)):
            most = LARGEST_PAGE_OF_BARS if node.name.value == "bars" else largest
            return _page_size(_sent(node, name, argument), most)
    return 1


def _sent(node: FieldNode, name: str, argument: GraphQLArgument) -> str:
    for sent in node.arguments or ():
        if sent.name.value == name:
            return sent.value.value if isinstance(sent.value, IntValueNode) else ""
    return str(argument.default_value)


def _page_size(digits: str, largest: int) -> int:
    size = int(digits) if digits.isdecimal() and len(digits) <= len(str(largest)) else largest
    return size if 0 < size <= largest else largest


def _exceeded(what: str) -> ValidationAbortedError:
    return ValidationAbortedError(f"The document {what}.", extensions={"code": str(Code.LIMIT_EXCEEDED)})


def _check(measure: Measure) -> None:
    for size, limit, unit in (
        (measure.width, ROOT_FIELDS, "fields at its top level"),
        (measure.fields, FIELDS, "fields in all"),
        (measure.depth, DEPTH, "levels of fields"),
        (measure.values, VALUES, "values in its answer"),
        (measure.introspected, INTROSPECTED_VALUES, "introspected values in its answer"),
    ):
        if size > limit:
            count = "very many" if size >= _COUNT_CAP else size
            raise _exceeded(f"asks for {count} {unit}, where {limit} are allowed; ask for less, or for smaller pages")


def _check_value(value: ValueNode) -> None:
    """Refuse a literal with too long a list or too large an object.

    Validation would report each of its mistakes with the whole literal quoted.
    """
    if isinstance(value, ListValueNode):
        if len(value.values) > LONGEST_LIST:
            raise _exceeded(f"has a list of {len(value.values)} values, where {LONGEST_LIST} are allowed")
        for item in value.values:
            _check_value(item)
    elif isinstance(value, ObjectValueNode):
        if len(value.fields) > KEYS:
            raise _exceeded(f"has an object of {len(value.fields)} keys, where {KEYS} are allowed")
        for field in value.fields:
            _check_value(field.value)


def _check_operations(document: DocumentNode) -> None:
    """Refuse too many operations: validation looks for the variables of each in all fragments."""
    count = sum(isinstance(node, OperationDefinitionNode) for node in document.definitions)
    if count > OPERATIONS:
        raise _exceeded(f"has {count} operations, where {OPERATIONS} are allowed")


def measure(context: ValidationContext) -> list[Measure]:
    """The size of each operation and fragment of a document, in its order."""
    surveyor = _Surveyor(context)
    definitions = context.document.definitions
    return [surveyor.definition(node) for node in definitions if isinstance(node, ExecutableDefinitionNode)]


class LimitsRule(ValidationRule):
    """Refuses a document that asks for too much, before any other rule looks inside it."""

    def enter_document(self, *_: object) -> None:
        _check_operations(self.context.document)
        for size in measure(self.context):
            _check(size)
        try:
            check_repeats(self.context.document)
        except TooManyRepeats as problem:
            raise _exceeded(str(problem)) from None
