"""Subscriptions: where their events come from, and how each is rendered."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, Self, cast

import strawberry
import structlog

from api.graphql.compiled.operation import CompiledOperation
from api.graphql.compiled.resolvers import Call
from api.graphql.execution.documents import Document, RunnableOperation
from api.graphql.execution.reference import ReferenceSubscription
from api.graphql.execution.requests import OperationRequest
from api.graphql.execution.responses import StreamFailed
from api.graphql.execution.sharing import Render, Renderer, Rendering, rendering_key
from api.graphql.execution.sources import LiveSource, Source

log = structlog.get_logger(__name__)


class Subscription:
    """The responses of a subscription, as JSON texts. All that goes wrong is StreamFailed."""

    __slots__ = ("_renderer", "_source")

    def __init__(self, renderer: Renderer, source: Source) -> None:
        self._renderer = renderer
        self._source = source

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> str:
        try:
            rendering = self._renderer.render(await anext(self._source))
            return (rendering if isinstance(rendering, Rendering) else await asyncio.shield(rendering)).text
        except StopAsyncIteration:
            raise
        except Exception as error:
            raise StreamFailed(error) from error

    async def aclose(self) -> None:
        """End it."""
        await self._source.aclose()


class LiveSubscription(Subscription):
    """A subscription that knows where it begins, and whose responses can be taken as they come."""

    __slots__ = ("_live",)

    def __init__(self, renderer: Renderer, source: LiveSource[Any]) -> None:
        super().__init__(renderer, source)
        self._live = source

    async def begin(self) -> str:
        """Begin, and tell the cursor after which."""
        try:
            return await self._live.begin()
        except Exception as error:
            raise StreamFailed(error) from error

    def take(self) -> Rendering | asyncio.Future[Rendering] | None:
        """The next response that is at hand, or what is to be awaited for it, as others may do."""
        try:
            event = self._live.take()
        except Exception as error:
            raise StreamFailed(error) from error
        return None if event is None else self.response(event)

    def response(self, event: object) -> Rendering | asyncio.Future[Rendering]:
        """The response to an event, or what is to be awaited for it, as others may do."""
        try:
            return self._renderer.render(event)
        except Exception as error:
            raise StreamFailed(error) from error

    async def ready(self) -> None:
        """Return when there may be a response to take."""
        try:
            await self._live.ready()
        except Exception as error:
            raise StreamFailed(error) from error

    def listen(self, receive: Callable[[object], bool]) -> bool:
        """Let events be received as they come, if all that came before were taken; whether that is so.

        What `receive` does not take can be taken as before.
        """
        return self._live.listen(receive)


async def subscription(
    schema: strawberry.Schema,
    request: OperationRequest,
    document: Document,
    runnable: RunnableOperation,
    compiled: CompiledOperation | None,
    context: object,
) -> Subscription:
    """A subscription that can begin. Raises `OperationRejected` if there is none to begin with."""
    reference = ReferenceSubscription(schema, request, document.node, context)
    begun = None if compiled is None else _begun(compiled, request.variables, context, reference)
    source, render = begun or (await reference.begin(), reference.render)
    renderer = Renderer(rendering_key(request, runnable.shaping), render)
    return LiveSubscription(renderer, source) if isinstance(source, LiveSource) else Subscription(renderer, source)


def _begun(
    compiled: CompiledOperation, sent: dict[str, Any], context: object, reference: ReferenceSubscription
) -> tuple[Source, Render] | None:
    """The source of a compiled subscription and what renders its events; None if graphql-core is to begin it."""
    try:
        (field,) = compiled.fields
        at = Call(compiled.read(sent), context)
        source = cast("Source", field.resolver.resolve(None, field.resolver.given(at)))
    except Exception:  # noqa: BLE001 - whatever it is, graphql-core says it
        return None

    def render(event: object) -> str | Awaitable[str]:
        try:
            text = field.write(event, at)
        except Exception:
            log.exception("an event could not be written")
            return reference.render(event)
        return text if isinstance(text, str) else rendered(event, text)

    async def rendered(event: object, text: Awaitable[str]) -> str:
        try:
            return await text
        except Exception:
            log.exception("an event could not be written")
            rendering = reference.render(event)
            return rendering if isinstance(rendering, str) else await rendering

    return source, render
