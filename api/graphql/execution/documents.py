"""Documents, each parsed and judged once by its text, whether it is valid or not."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from graphql import (
    ASTValidationRule,
    DocumentNode,
    GraphQLError,
    GraphQLSchema,
    GraphQLSyntaxError,
    OperationDefinitionNode,
    parse,
    specified_rules,
    validate,
)
from strawberry.extensions import SchemaExtension
from strawberry.schema.validation_rules.maybe_null import MaybeNullValidationRule
from strawberry.schema.validation_rules.one_of import OneOfInputValidationRule

from api.errors import Code
from api.graphql.errors import MOST_ERRORS, coded
from api.graphql.execution.limits import CHARACTERS, LINES, TOKENS, LimitsRule
from api.graphql.execution.variables import uses_of
from api.graphql.library_internals import graphql_schema

REMEMBERED_DOCUMENTS = 256
_TEXT_PER_ERROR = 800
_RULES: tuple[type[ASTValidationRule], ...] = (
    LimitsRule,
    *specified_rules,
    MaybeNullValidationRule,
    OneOfInputValidationRule,
)


@dataclass(frozen=True, slots=True)
class Document:
    """A document that is valid, and how often it uses each of its variables."""

    node: DocumentNode
    uses: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class InvalidDocument:
    """Why a document is not executed. The errors hold its text, but nothing that was parsed."""

    errors: tuple[GraphQLError, ...]


def judge(schema: GraphQLSchema, text: str) -> Document | InvalidDocument:
    """The document of a text, or what is wrong with it by the limits and by the rules of the specification.

    The larger a document, the fewer of its errors are reported: each may show all of it.
    """
    if len(text) > CHARACTERS:
        problem = f"The document has {len(text)} characters, where {CHARACTERS} are allowed."
        return InvalidDocument((coded(Code.LIMIT_EXCEEDED, problem),))
    lines = max(text.count("\n"), text.count("\r"))
    if lines > LINES:
        problem = f"The document has {lines} lines, where {LINES} are allowed."
        return InvalidDocument((coded(Code.LIMIT_EXCEEDED, problem),))
    return _judged(schema, text)


@lru_cache(maxsize=REMEMBERED_DOCUMENTS)
def _judged(schema: GraphQLSchema, text: str) -> Document | InvalidDocument:
    try:
        document = parse(text, max_lexical_tokens=TOKENS)
    except GraphQLSyntaxError as problem:
        return InvalidDocument((problem.with_traceback(None),))
    if not any(isinstance(node, OperationDefinitionNode) for node in document.definitions):
        return InvalidDocument((coded(Code.OPERATION_RESOLUTION_FAILURE, "The document has no operation to run."),))
    most_errors = max(1, min(MOST_ERRORS, MOST_ERRORS * _TEXT_PER_ERROR // len(text)))
    errors = validate(schema, document, _RULES, max_errors=most_errors)
    return InvalidDocument(tuple(map(_without_nodes, errors))) if errors else Document(document, uses_of(document))


def _without_nodes(error: GraphQLError) -> GraphQLError:
    return GraphQLError(error.message, source=error.source, positions=error.positions, extensions=error.extensions)


class RememberedDocuments(SchemaExtension):
    """Uses what is remembered of each text; for `Schema(extensions=[RememberedDocuments])`.

    The limits are applied here. Subscriptions, which are not run by `Schema.execute`, share the same memory.
    """

    def on_parse(self) -> Iterator[None]:
        execution = self.execution_context
        judged = judge(graphql_schema(execution.schema), execution.query or "")
        if isinstance(judged, InvalidDocument):
            raise judged.errors[0]
        execution.graphql_document = judged.node
        yield

    def on_validate(self) -> Iterator[None]:
        self.execution_context.pre_execution_errors = []
        yield
