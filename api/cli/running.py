"""How a command runs: its settings, its work, and what becomes of its errors.

What a command needs is imported when it runs: help, and a mistake in its options, wait for none of it.
"""

import sys
from collections.abc import Callable, Coroutine, Mapping
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar

import typer

from api.choices import Allocator
from api.errors import PapertapeError

if TYPE_CHECKING:
    from api.settings import AgentServerSettings, ServerSettings

Made = TypeVar("Made")

NOT_DONE = 2
"""The exit code of a command that speaks to a desk and was not understood, or had no answer: 1 is the desk's no."""

_INTERRUPTED, _TERMINATED = 130, 143


def settings_of(failure: int = 1, /, **given: object) -> "ServerSettings":
    """The settings: what is given, else the environment, else the defaults. Ends the program if they make no sense."""
    from api.settings import ServerSettings

    return _made(ServerSettings, failure, _option, given)


def agent_server_settings(**given: object) -> "AgentServerSettings":
    """The settings of a server for agents. Ends the program if they make no sense."""
    from api.settings import AgentServerSettings

    return _made(AgentServerSettings, NOT_DONE, _agent_option, given)


def _made(kind: type[Made], failure: int, option: Callable[[str], str], given: Mapping[str, object]) -> Made:
    from pydantic import ValidationError

    try:
        return kind(**{name: value for name, value in given.items() if value is not None})
    except ValidationError as problem:
        first = problem.errors()[0]
        named = "".join(f"{option(str(name))}: " for name in first["loc"])
        exit_with(named + first["msg"].removeprefix("Value error, "), failure)


def server_settings(**given: object) -> "ServerSettings":
    """The settings of a server, whose process is executed again if they ask for another allocator."""
    settings = settings_of(**given)
    if settings.allocator is Allocator.MALLOC:
        from api.server.memory import use_malloc

        use_malloc()
    return settings


def _option(name: str) -> str:
    return f"--{name.replace('_', '-')} (PAPERTAPE_{name.upper()})"


def _agent_option(name: str) -> str:
    return f"--{'mcp-token' if name == 'token' else name} (PAPERTAPE_MCP_{name.upper()})"


def require_file(settings: "ServerSettings") -> None:
    """An embedded database must be there to be read."""
    from api.persistence.database_file import require_usable
    from api.persistence.write_ahead_log import require_own_log

    if not settings.database.is_embedded:
        return
    path = settings.database.file
    if not path.exists():
        exit_with(f"there is no file {path}")
    try:
        require_usable(path)
        require_own_log(path)
    except PapertapeError as problem:
        exit_with(str(problem))


def run(settings: "ServerSettings", work: Callable[[], Coroutine[Any, Any, int]], *, failure: int = 1) -> None:
    """Do the work; what went wrong is said in one line, with the exit code of a failure."""
    import asyncio

    from api.persistence.database_errors import DatabaseFailure
    from api.server import logs
    from api.server.accelerators import loop_factory

    try:
        with logs.configured(settings.log_format), asyncio.Runner(loop_factory=loop_factory()) as runner:
            code = runner.run(work())
    except KeyboardInterrupt:
        code = _INTERRUPTED
    except asyncio.CancelledError:
        code = _TERMINATED
    except DatabaseFailure as problem:
        exit_with(f"cannot use the database {settings.database.shown}: {problem}")
    except (PapertapeError, OSError) as problem:
        exit_with(str(problem), failure)
    raise typer.Exit(code)


def say(text: str) -> None:
    """Tell on standard output, at once."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def exit_with(message: str, code: int = 1) -> NoReturn:
    """Tell on standard error why the program ends."""
    sys.stderr.write(f"papertape: {message}\n")
    raise typer.Exit(code)
