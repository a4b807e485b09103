"""Subscriptions: where their events come from, and how each is rendered."""

from collections.abc import AsyncGenerator, Awaitable
from contextlib import aclosing
from typing import Any, cast

import strawberry
from graphql import DocumentNode, OperationDefinitionNode

from api.graphql.compiled.operation import CompiledOperation
from api.graphql.compiled.resolvers import Call
from api.graphql.execution.reference import ReferenceSubscription
from api.graphql.execution.requests import OperationRequest
from api.graphql.execution.responses import StreamFailed
from api.graphql.execution.sharing import Render, Renderer, rendering_key

Source = AsyncGenerator[object, None]


async def subscription(
    schema: strawberry.Schema,
    request: OperationRequest,
    document: DocumentNode,
    definition: OperationDefinitionNode,
    compiled: CompiledOperation | None,
    context: object,
) -> AsyncGenerator[str, None]:
    """The responses of a subscription that has begun. Raises `OperationRejected` if there is none to begin with."""
    reference = ReferenceSubscription(schema, request, document, context)
    begun = None if compiled is None else _begun(compiled, request.variables, context, reference)
    source, render = begun or (await reference.begin(), reference.render)
    return _responses(Renderer(rendering_key(definition, document, request), render), source)


def _begun(
    compiled: CompiledOperation, sent: dict[str, Any], context: object, reference: ReferenceSubscription
) -> tuple[Source, Render] | None:
    """The source of a compiled subscription and what renders its events; None if graphql-core is to begin it."""
    (field,) = compiled.fields
    try:
        at = Call(compiled.read(sent), context)
        source = cast("Source", field.resolver.resolve(None, field.resolver.given(at)))
    except Exception:  # noqa: BLE001 - whatever it is, graphql-core says it
        return None

    def render(event: object) -> str | Awaitable[str]:
        try:
            text = field.write(event, at)
        except Exception:  # noqa: BLE001 - as above
            return reference.render(event)
        return _answer(field.key, text) if isinstance(text, str) else rendered(event, text)

    async def rendered(event: object, text: Awaitable[str]) -> str:
        try:
            return _answer(field.key, await text)
        except Exception:  # noqa: BLE001 - as above
            rendering = reference.render(event)
            return rendering if isinstance(rendering, str) else await rendering

    return source, render


def _answer(key: str, text: str) -> str:
    return f'{{"data":{{"{key}":{text}}}}}'


async def _responses(renderer: Renderer, source: Source) -> AsyncGenerator[str, None]:
    try:
        async with aclosing(source):
            async for event in source:
                yield await renderer.render(event)
    except Exception as error:
        raise StreamFailed(error) from error
