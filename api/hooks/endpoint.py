"""`POST /hooks/NAME/SECRET`: an alert, answered within 3 s. The secret is all that it asks for, and it is never logged.

2xx: it is done, or kept and will be. 4xx: it never will be, and why. 5xx: it is to be sent again.
"""

from math import ceil

from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from api.application.hooks import Hooks
from api.codec.hooks import DeliveryStatus, Hook
from api.errors import Code, Unavailable
from api.hooks.deliveries import Deliveries
from api.hooks.guard import Guesses, TokenBuckets
from api.hooks.outcome import Outcome

PATH = "/hooks"
LARGEST_BODY = 64 * 1024
_NO_HOOK = "no_hook"
_HEADERS = {"cache-control": "no-store"}
_STATUS = {
    DeliveryStatus.PENDING: 202,
    DeliveryStatus.DONE: 200,
    DeliveryStatus.REPLAYED: 200,
    DeliveryStatus.REFUSED: 422,
    DeliveryStatus.INVALID: 400,
}


class HookEndpoint:
    """Takes alerts from the network."""

    def __init__(self, hooks: Hooks, deliveries: Deliveries) -> None:
        self._hooks = hooks
        self._deliveries = deliveries
        self._buckets = TokenBuckets()
        self._guesses = Guesses()

    def route(self) -> Route:
        """The route of all hooks."""
        return Route(f"{PATH}/{{name}}/{{secret:path}}", self._take, methods=["POST"])

    async def _take(self, request: Request) -> Response:
        hook: Hook | None = None
        try:
            hook = await self._hooks.opened_by(request.path_params["name"], request.path_params["secret"].rstrip("/"))
            return await (self._unknown() if hook is None else self._taken(hook, request))
        except Unavailable as problem:
            self._deliveries.count("" if hook is None else hook.name, "unavailable")
            return _problem(503, Code.UNAVAILABLE, str(problem))
        except ClientDisconnect:
            return Response(status_code=400)

    async def _taken(self, hook: Hook, request: Request) -> Response:
        if seconds := self._buckets.seconds_until_free(hook.name):
            self._deliveries.count(hook.name, "limited")
            message = f"the hook {hook.name} is called too often: call it again in {ceil(seconds)} s"
            return _problem(429, Code.LIMIT_EXCEEDED, message, retry_after=ceil(seconds))
        body = await _body(request)
        if body is None:
            self._deliveries.count(hook.name, "too_large")
            return _problem(413, Code.PAYLOAD_TOO_LARGE, f"an alert has {LARGEST_BODY} bytes at most")
        return _answer(await self._deliveries.take(hook, body))

    async def _unknown(self) -> Response:
        """Answer the same for a name that there is not, a secret that is wrong, and one that was revoked."""
        self._deliveries.count("", _NO_HOOK)
        if not await self._guesses.slow():
            return _problem(429, Code.LIMIT_EXCEEDED, "too many hooks are tried", retry_after=1)
        return _problem(404, Code.BAD_REQUEST, "there is no such hook")


async def _body(request: Request) -> bytes | None:
    """The body; None if it is too large, of which no more is read then."""
    length = request.headers.get("content-length", "0")
    if length.isdecimal() and int(length) > LARGEST_BODY:
        return None
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > LARGEST_BODY:
            return None
    return bytes(body)


def _answer(outcome: Outcome) -> Response:
    shown = {
        "status": outcome.status.value,
        "message": outcome.message,
        "code": outcome.code,
        "signalId": None if outcome.signal_id is None else str(outcome.signal_id),
    }
    status = 500 if outcome.code == Code.INTERNAL else _STATUS[outcome.status]
    return JSONResponse({name: value for name, value in shown.items() if value is not None}, status, _HEADERS)


def _problem(status: int, code: Code, message: str, retry_after: int | None = None) -> Response:
    headers = _HEADERS if retry_after is None else {**_HEADERS, "retry-after": str(retry_after)}
    return JSONResponse({"message": message, "code": code}, status, headers)
