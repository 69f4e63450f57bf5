"""Whether the process lives, and whether it can answer."""

import logging
from collections.abc import Callable

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from models.database import Database
from models.migrate import pending

logger = logging.getLogger("session_history.health")


def health_routes(database: Callable[[], Database]) -> list[Route]:
    """`/healthz`: the process answers. `/readyz`: so does the database, and its tables are ours."""

    async def healthz(_request: Request) -> Response:
        return JSONResponse({"status": "ok"})

    async def readyz(_request: Request) -> Response:
        try:
            await database().fetch("SELECT 1")
            missing = await pending(database().url)
        except Exception:
            logger.warning("the database does not answer", exc_info=True)
            return JSONResponse({"status": "the database does not answer"}, 503)
        if missing:
            return JSONResponse({"status": "migrations are missing", "missing": missing}, 503)
        return JSONResponse({"status": "ok"})

    return [Route("/healthz", healthz), Route("/readyz", readyz)]
