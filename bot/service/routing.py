"""Where an address leads: by its first part first, for a hundred forms tried one after another take most of a page."""

from collections.abc import Sequence

from starlette.routing import BaseRoute, Route, Router
from starlette.types import Receive, Scope, Send


class Routes(Router):
    """What Starlette's router does, of each first part among its own routes and those for any, in their order."""

    def __init__(self, routes: Sequence[BaseRoute]) -> None:
        super().__init__(routes)
        firsts = {first for route in routes if (first := _first_of(route)) is not None}
        self._own = {first: Router([one for one in routes if _first_of(one) in (first, None)]) for first in firsts}
        self._others = Router([one for one in routes if _first_of(one) is None])

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await super().__call__(scope, receive, send)
        return await self._own.get(_first(scope["path"]), self._others)(scope, receive, send)


def _first(path: str) -> str:
    return path[1:].partition("/")[0]


def _first_of(route: BaseRoute) -> str | None:
    """The first part of what a route answers; None where it may be any."""
    first = _first(route.path) if isinstance(route, Route) else "{"
    return None if "{" in first else first
