"""The desk as an agent may use it: over the public API, on the accounts that it is bound to."""

import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from api.agents.declined import Declined, DeclinedCode
from api.agents.previews import Previews
from api.client import DeskClient, DeskError, DeskUnreachable, OutcomeOpen

DEFAULT_ACCOUNT = "default"


class DeskAccess:
    """A client of a desk, the accounts that may be named (none: all), and what was previewed."""

    def __init__(self, client: DeskClient, accounts: Sequence[str] = (), previews: Previews | None = None) -> None:
        self._client = client
        self.accounts = tuple(dict.fromkeys(accounts))
        self.previews = previews or Previews()

    def account(self, named: str | None) -> str:
        """The account to use. Raises Declined where it is not this agent's."""
        if named is None:
            return self._default_account()
        if self.accounts and named not in self.accounts:
            raise Declined(
                DeclinedCode.NOT_ALLOWED, f"this agent is bound to other accounts: it may use {self._listed()}"
            )
        return named

    def _default_account(self) -> str:
        if len(self.accounts) > 1:
            raise Declined(DeclinedCode.INVALID_ARGUMENTS, f"account is needed: it may be {self._listed()}")
        return self.accounts[0] if self.accounts else DEFAULT_ACCOUNT

    def _listed(self) -> str:
        return ", ".join(self.accounts)

    async def ask(self, document: str, **variables: object) -> Mapping[str, Any]:
        """The data that a query answers with. Raises Declined."""
        try:
            return await self._client.query(document, variables)
        except DeskUnreachable as problem:
            raise Declined(DeclinedCode.DESK_UNREACHABLE, f"the desk does not answer, try later: {problem}") from None
        except DeskError as problem:
            raise Declined(DeclinedCode.DESK_REFUSED, str(problem)) from None

    async def of_account(self, document: str, account: str, **variables: object) -> Mapping[str, Any]:
        """The data of a query whose first field is null where there is no such account. Raises Declined then."""
        answer = await self.ask(document, account=account, **variables)
        require_account(next(iter(answer.values())), account)
        return answer

    async def order(self, document: str, field: str, values: Mapping[str, object]) -> Mapping[str, Any]:
        """What a mutation answers. Its input has an id or gets one, so that it happens once (R5). Raises Declined."""
        identified = {"id": str(uuid.uuid4()), **values}
        try:
            payload: Mapping[str, Any] = (await self._client.query(document, {"input": identified}))[field]
        except OutcomeOpen as problem:
            raise Declined(
                DeclinedCode.OUTCOME_OPEN,
                f"no answer came, so it may have been done or not: {problem}. Its id is {identified['id']}; the same "
                "call again with that id, or the same previewId, is done once",
            ) from None
        except DeskUnreachable as problem:
            raise Declined(
                DeclinedCode.DESK_UNREACHABLE, f"the desk does not answer, and nothing was done: {problem}"
            ) from None
        except DeskError as problem:
            raise Declined(DeclinedCode.DESK_REFUSED, str(problem)) from None
        return payload


def require_account(answer: object, account: str) -> None:
    """Raise Declined where a field is null because there is no such account."""
    if answer is None:
        raise Declined(
            DeclinedCode.ACCOUNT_NOT_FOUND,
            f"there is no account {account!r}: the tool accounts lists those that this agent may use",
        )
