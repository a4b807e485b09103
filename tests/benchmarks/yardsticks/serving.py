"""How a yardstick is served: uvicorn with uvloop and httptools, without a log of requests."""

from typing import Any

import uvicorn


def serve(app: Any, port: int) -> None:
    """Serve an ASGI application until it is asked to stop."""
    uvicorn.run(app, port=port, loop="uvloop", http="httptools", lifespan="on", access_log=False, log_level="warning")
