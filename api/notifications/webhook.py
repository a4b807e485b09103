"""Webhooks: messages as JSON to any URL, signed as https://www.standardwebhooks.com describes it."""

import asyncio
import base64
import hmac
import json
import secrets
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from hashlib import sha256
from urllib.parse import SplitResult, urlsplit

import httpcore

from api.application.notifications.messages import Address, Channel, Message, NotDelivered
from api.notifications.checked_connections import checked_pool, resolved
from api.notifications.reachable import ForbiddenAddress, Network, is_allowed, require_reachable
from domain.validation import Invalid, require

_PATIENCE_SECONDS = 10.0
_LOOKUP_SECONDS = 5.0
_SECRET_PREFIX = "whsec_"  # noqa: S105 - with which every secret begins
_SECRET_BYTES = 32
_MOST_READ = 16 * 1024
_GONE = 410
_LONGEST_HOST = 253


class Webhooks:
    """URLs of https, and those of http that are allowed to be private."""

    def __init__(self, private: Sequence[Network]) -> None:
        self._private = private

    async def address(self, url: str) -> Address:
        """What a URL names, with a new secret. Raises Invalid."""
        parts = _parts(url)
        assert parts.hostname is not None  # noqa: S101 - for it was looked at
        await self._require_reachable(parts.hostname, parts.port or 0, is_encrypted=parts.scheme == "https")
        port = f":{parts.port}" if parts.port else ""
        name = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
        secret = _SECRET_PREFIX + base64.b64encode(secrets.token_bytes(_SECRET_BYTES)).decode()
        return Address(f"{parts.scheme}://{name}{port}/…", secret)

    @asynccontextmanager
    async def channel(self, url: str, secret: str | None) -> AsyncIterator[Channel]:
        """The way to a URL."""
        async with checked_pool(self._private, is_encrypted=_parts(url).scheme == "https") as pool:
            yield _Webhook(pool, url, secret or "")

    async def _require_reachable(self, host: str, port: int, *, is_encrypted: bool) -> None:
        """Refuse at once what would be refused whenever it is sent; a host that is not found may be found later."""
        try:
            async with asyncio.timeout(_LOOKUP_SECONDS):
                addresses = await resolved(host, port)
        except (httpcore.ConnectError, TimeoutError):
            return
        try:
            for address in addresses:
                require_reachable(address, self._private)
        except ForbiddenAddress as problem:
            raise Invalid(f"`url` leads to an address where nothing is sent: {problem}", "url") from None
        is_private = all(is_allowed(address, self._private) for address in addresses)
        require(is_encrypted or is_private, "`url` must be of https: http would tell it to all on the way", "url")


class _Webhook:
    """Posts messages to a URL."""

    def __init__(self, pool: httpcore.AsyncConnectionPool, url: str, secret: str) -> None:
        self._pool = pool
        self._url = url
        self._secret = secret

    async def send(self, message: Message) -> None:
        """Post a message. Raises NotDelivered."""
        body = webhook_body(message)
        headers = signed_headers(self._secret, message.id, int(time.time()), body)
        headers |= {"Content-Type": "application/json", "User-Agent": "papertape"}
        try:
            async with asyncio.timeout(_PATIENCE_SECONDS):
                await self._post(headers, body)
        except TimeoutError:
            raise NotDelivered(f"it did not answer within {_PATIENCE_SECONDS:g} s") from None
        except ForbiddenAddress as problem:
            raise NotDelivered(str(problem)) from None
        except (httpcore.NetworkError, httpcore.TimeoutException, httpcore.ProtocolError, OSError) as problem:
            raise NotDelivered(f"it cannot be reached: {str(problem) or type(problem).__name__}") from None

    async def _post(self, headers: Mapping[str | bytes, str | bytes], body: bytes) -> None:
        async with self._pool.stream("POST", self._url, headers=headers, content=body) as response:
            read = 0
            async for piece in response.aiter_stream():
                read += len(piece)
                if read > _MOST_READ:
                    break
        _require_taken(response)


def webhook_body(message: Message) -> bytes:
    """What is posted."""
    data = {**message.data, "title": message.title, "text": message.text}
    content = {"type": message.type, "timestamp": message.time.isoformat().replace("+00:00", "Z"), "data": data}
    return json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()


def signed_headers(secret: str, message_id: str, timestamp: int, body: bytes) -> dict[str | bytes, str | bytes]:
    """The headers of the Standard Webhooks form."""
    key = base64.b64decode(secret.removeprefix(_SECRET_PREFIX))
    signature = hmac.new(key, f"{message_id}.{timestamp}.".encode() + body, sha256).digest()
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": f"v1,{base64.b64encode(signature).decode()}",
    }


def _require_taken(response: httpcore.Response) -> None:
    status = response.status
    if 200 <= status < 300:
        return
    if 300 <= status < 400:
        raise NotDelivered(f"it answered {status}: redirects are not followed")
    if status == _GONE:
        raise NotDelivered("it answered 410: it wants no more", is_gone=True)
    headers = {name.lower(): value for name, value in response.headers}
    wait = headers.get(b"retry-after", b"")
    raise NotDelivered(f"it answered {status}", retry_after=float(wait) if wait.isdigit() and len(wait) < 9 else 0)


def _parts(url: str) -> SplitResult:
    """The parts of a URL that can be posted to. Raises Invalid."""
    try:
        parts = urlsplit(url)
        is_good = 0 < len(parts.hostname or "") <= _LONGEST_HOST and parts.port != 0
    except ValueError:
        is_good = False
    require(is_good, "`url` must be https://HOST/… with a host and, if it likes, a port", "url")
    require(parts.username is None and parts.password is None, "`url` of a webhook holds no user or password", "url")
    return parts
