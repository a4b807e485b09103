"""Logging: structlog for us and for the libraries, to standard error, for people or for machines."""

import logging
import sys

import structlog

from api.settings import LogFormat


def configure(log_format: LogFormat) -> None:
    """Write the log in a format, from here on."""
    shared: list[structlog.types.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    renderer = _renderer(log_format)
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(structlog.stdlib.ProcessorFormatter(processor=renderer, foreign_pre_chain=shared))
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(logging.INFO)
    for noisy in ("uvicorn", "httpx", "alembic", "websockets"):
        logging.getLogger(noisy).setLevel(logging.WARNING)


def _renderer(log_format: LogFormat) -> structlog.types.Processor:
    if log_format is LogFormat.JSON:
        return _json
    return structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty(), exception_formatter=structlog.dev.plain_traceback)


def _json(logger: structlog.types.WrappedLogger, name: str, event: structlog.types.EventDict) -> str:
    written = structlog.processors.format_exc_info(logger, name, event)
    return str(structlog.processors.JSONRenderer()(logger, name, written))
