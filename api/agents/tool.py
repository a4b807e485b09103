"""What a tool is: what it is called with, what it answers, and what an agent must be allowed to use it."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any, Generic, TypeVar

from mcp_types import Tool as ListedTool
from mcp_types import ToolAnnotations
from pydantic import ValidationError
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaMode, JsonSchemaValue

from api.agents.arguments import Arguments, mistakes
from api.agents.declined import Declined, DeclinedCode
from api.agents.desk_access import DeskAccess
from api.agents.results import Result
from api.choices import AgentScope

Given = TypeVar("Given", bound=Arguments)
Answer = TypeVar("Answer", bound=Result)

_ORDER = list(AgentScope)


class Effect(Enum):
    """What a call does to the desk."""

    NONE = "it only reads"
    ADDS = "it adds to what there is"
    CHANGES = "it changes or ends what there is"


@dataclass(frozen=True, slots=True)
class Tool(Generic[Given, Answer]):
    """A tool; its description is read by models."""

    name: str
    title: str
    description: str
    arguments: type[Given]
    result: type[Answer]
    work: Callable[[DeskAccess, Given], Awaitable[Answer]]
    scope: AgentScope = AgentScope.READ
    effect: Effect = Effect.NONE

    def is_within(self, allowed: AgentScope) -> bool:
        """Whether an agent that is allowed so much may use it."""
        return _ORDER.index(self.scope) <= _ORDER.index(allowed)

    def listed(self, accounts: Sequence[str] = ()) -> ListedTool:
        """The tool as clients are told of it, who may name these accounts alone (none: all)."""
        asked = self.arguments.model_json_schema(schema_generator=_PlainSchema)
        return ListedTool(
            name=self.name,
            title=self.title,
            description=self.description,
            input_schema=_required_first(_bound(asked, accounts) if accounts else asked),
            output_schema=self.result.model_json_schema(schema_generator=_PlainSchema, mode="serialization"),
            annotations=ToolAnnotations(
                read_only_hint=self.effect is Effect.NONE,
                destructive_hint=self.effect is Effect.CHANGES,
                idempotent_hint=self.effect is not Effect.CHANGES,
                open_world_hint=False,
            ),
        )

    async def call(self, desk: DeskAccess, given: Mapping[str, Any]) -> Answer:
        """Do it. Raises Declined."""
        try:
            arguments = self.arguments.model_validate(dict(given))
        except ValidationError as problem:
            raise Declined(DeclinedCode.INVALID_ARGUMENTS, mistakes(problem, self.arguments)) from None
        return await self.work(desk, arguments)


def _bound(schema: JsonSchemaValue, accounts: Sequence[str]) -> JsonSchemaValue:
    """The schema of arguments of which an account is one of these; where there are several it must be named."""
    properties = schema["properties"]
    if "account" not in properties:
        return schema
    account = {"type": "string", "enum": list(accounts), "description": "The account's name."}
    required = [*schema.get("required", []), *(["account"] if len(accounts) > 1 else [])]
    return {**schema, "properties": {**properties, "account": account}, "required": required}


def _required_first(schema: JsonSchemaValue) -> JsonSchemaValue:
    properties, required = schema["properties"], schema.get("required", [])
    first = {name: properties[name] for name in required}
    return {**schema, "properties": {**first, **properties}}


class _PlainSchema(GenerateJsonSchema):
    """Without titles that repeat names, without the one length of all texts, and without null, which is the same as
    left out: models read all of it.
    """

    def generate(self, schema: Any, mode: JsonSchemaMode = "validation") -> JsonSchemaValue:
        shown: JsonSchemaValue = _untitled(super().generate(schema, mode))
        return shown

    def str_schema(self, schema: Any) -> JsonSchemaValue:
        return {"type": "string"}

    def nullable_schema(self, schema: Any) -> JsonSchemaValue:
        return self.generate_inner(schema["schema"])

    def default_schema(self, schema: Any) -> JsonSchemaValue:
        shown = super().default_schema(schema)
        return {name: value for name, value in shown.items() if name != "default" or value is not None}


def _untitled(shown: Any) -> Any:
    match shown:
        case dict():
            return {name: _untitled(part) for name, part in shown.items() if name != "title"}
        case list():
            return [_untitled(part) for part in shown]
    return shown
