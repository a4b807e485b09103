"""Documents, each parsed and judged once by its text, whether it is valid or not."""

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field

from graphql import (
    ASTValidationRule,
    DocumentNode,
    GraphQLError,
    GraphQLSchema,
    GraphQLSyntaxError,
    OperationDefinitionNode,
    get_operation_ast,
    parse,
    specified_rules,
    validate,
)
from strawberry.schema.validation_rules.maybe_null import MaybeNullValidationRule
from strawberry.schema.validation_rules.one_of import OneOfInputValidationRule

from api.errors import Code
from api.graphql.compiled.operation import Compilable, Compiler
from api.graphql.errors import MOST_ERRORS, coded
from api.graphql.execution.limits import CHARACTERS, LINES, TOKENS, LimitsRule
from api.graphql.execution.sharing import shaping_variables
from api.graphql.execution.variables import DeclaredVariable, declared_variables, uses_of

REMEMBERED_DOCUMENTS = 500
REMEMBERED_CHARACTERS = 500_000
"""Of all documents that are remembered: what is parsed of a text takes up to a hundred times as much as the text."""

_TEXT_PER_ERROR = 800
_RULES: tuple[type[ASTValidationRule], ...] = (
    LimitsRule,
    *specified_rules,
    MaybeNullValidationRule,
    OneOfInputValidationRule,
)


@dataclass(frozen=True, slots=True)
class RunnableOperation:
    """An operation of a valid document, its variables, what it is compiled to, and the variables that shape what events
    look like."""

    definition: OperationDefinitionNode
    variables: tuple[DeclaredVariable, ...]
    compilable: Compilable
    shaping: frozenset[str]


@dataclass(frozen=True, slots=True)
class Document:
    """A document that is valid for a schema, how often it uses each of its variables, its operations as they come."""

    schema: GraphQLSchema
    node: DocumentNode
    uses: Mapping[str, int]
    operations: dict[str, RunnableOperation] = field(default_factory=dict)

    def operation(self, name: str | None) -> RunnableOperation | None:
        """The operation of a name, or the only one there is if no name is given; None if there is no such."""
        definition = get_operation_ast(self.node, name)
        if definition is None:
            return None
        key = definition.name.value if definition.name else ""
        if key not in self.operations:
            variables = declared_variables(self.schema, definition, self.uses)
            shaping = shaping_variables(definition, self.uses)
            self.operations[key] = RunnableOperation(definition, variables, Compilable(self.node, definition), shaping)
        return self.operations[key]


@dataclass(frozen=True, slots=True)
class InvalidDocument:
    """Why a document is not executed. The errors hold its text, but nothing that was parsed."""

    errors: tuple[GraphQLError, ...]


class Documents:
    """The documents of one schema, the last ones remembered by their text."""

    def __init__(self, schema: GraphQLSchema) -> None:
        self._schema = schema
        self.compiler = Compiler(schema)
        self._remembered: OrderedDict[str, Document | InvalidDocument] = OrderedDict()
        self._characters = 0

    def judge(self, text: str) -> Document | InvalidDocument:
        """The document of a text, or what is wrong with it by the limits and by the rules of the specification.

        The larger a document, the fewer of its errors are reported: each may show all of it.
        """
        if (known := self._remembered.get(text)) is not None:
            self._remembered.move_to_end(text)
            return known
        judged = _too_long(text) or _judged(self._schema, text)
        if len(text) <= CHARACTERS:
            self._remember(text, judged)
        return judged

    def _remember(self, text: str, judged: Document | InvalidDocument) -> None:
        self._remembered[text] = judged
        self._characters += len(text)
        while len(self._remembered) > REMEMBERED_DOCUMENTS or self._characters > REMEMBERED_CHARACTERS:
            forgotten, document = self._remembered.popitem(last=False)
            self._characters -= len(forgotten)
            if isinstance(document, Document):
                for operation in document.operations.values():
                    self.compiler.forget(operation.compilable)


def _too_long(text: str) -> InvalidDocument | None:
    if len(text) > CHARACTERS:
        problem = f"The document has {len(text)} characters, where {CHARACTERS} are allowed."
        return InvalidDocument((coded(Code.LIMIT_EXCEEDED, problem),))
    lines = max(text.count("\n"), text.count("\r"))
    if lines > LINES:
        problem = f"The document has {lines} lines, where {LINES} are allowed."
        return InvalidDocument((coded(Code.LIMIT_EXCEEDED, problem),))
    return None


def _judged(schema: GraphQLSchema, text: str) -> Document | InvalidDocument:
    try:
        document = parse(text, max_lexical_tokens=TOKENS)
    except GraphQLSyntaxError as problem:
        return InvalidDocument((problem.with_traceback(None),))
    if not any(isinstance(node, OperationDefinitionNode) for node in document.definitions):
        return InvalidDocument((coded(Code.OPERATION_RESOLUTION_FAILURE, "The document has no operation to run."),))
    most_errors = max(1, min(MOST_ERRORS, MOST_ERRORS * _TEXT_PER_ERROR // len(text)))
    errors = validate(schema, document, _RULES, max_errors=most_errors)
    if errors:
        return InvalidDocument(tuple(map(_without_nodes, errors)))
    return Document(schema, document, uses_of(document))


def _without_nodes(error: GraphQLError) -> GraphQLError:
    return GraphQLError(error.message, source=error.source, positions=error.positions, extensions=error.extensions)
