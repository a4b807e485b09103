"""Inputs of which lists hold thousands: made without a look at each field of each, which is what Strawberry takes."""

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from strawberry.types import get_object_definition
from strawberry.types.arguments import InputContext
from strawberry.types.base import StrawberryObjectDefinition
from strawberry.utils.str_converters import to_camel_case

Input = TypeVar("Input")


def with_lists(**kinds: type) -> Callable[[type[Input]], type[Input]]:
    """An input some of whose fields are lists of other inputs, by name; those have none but scalars."""

    def decorated(cls: type[Input]) -> type[Input]:
        definition = _definition(cls)
        names = _python_names(definition)
        fields = {field.python_name: field for field in definition.fields}

        def from_input(kind: type, value: Mapping[str, Any], context: InputContext) -> object:
            given: dict[str, object] = {}
            for name, item in value.items():
                python_name = names[name]
                if python_name in kinds:
                    given[python_name] = _made(kinds[python_name], item)
                else:
                    type_ = fields[python_name].resolve_type(type_definition=definition)
                    given[python_name] = context.convert(item, type_, name)
            return kind(**given)

        definition.from_input = from_input
        return cls

    return decorated


def _made(kind: type[Input], values: list[Mapping[str, Any]]) -> list[Input]:
    names = _python_names(_definition(kind))
    return [kind(**{names[name]: item for name, item in value.items()}) for value in values]


def _definition(cls: type) -> StrawberryObjectDefinition:
    return get_object_definition(cls, strict=True)


def _python_names(definition: StrawberryObjectDefinition) -> Mapping[str, str]:
    return {to_camel_case(field.python_name): field.python_name for field in definition.fields}
