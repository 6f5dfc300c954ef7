"""The HTTP side of one gateway: a Unix socket in a folder of its own, and the paths that it answers."""

import asyncio
import shutil
from collections.abc import Mapping
from typing import Protocol

import uvicorn
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp

from dgm.models.apis import Api, StreamWish
from dgm.models.replies import Reply, error_reply, models_reply
from dgm.models.request_body import MAX_BODY_BYTES
from dgm.models.socket_folders import SOCKET, make_socket_folder
from dgm.models.streaming import EventStream, cancel, ended

MAX_CONNECTIONS = 64
KEEP_ALIVE_S = 5.0
"""Seconds that a stream may be silent: clients give up after a minute, some much earlier."""
_LACKING = frozenset({"/v1/completions"})


class Answers(Protocol):
    """Who answers the calls of one sandbox: the endpoint's side, or a recording."""

    @property
    def headers(self) -> Mapping[str, str]:
        """What stands with every answer."""

    async def answer(self, api: Api, body: bytes, wish: StreamWish) -> Reply:
        """Answer one call; the wish is filled in once the request was read."""


class SocketServer:
    """Serves one gateway on the running event loop.

    `uvicorn.Server.serve` is not used, only its start and its end: it wakes ten times a second for each server, and
    takes a tenth of a second to stop, which a trial on an instant model would feel.
    """

    def __init__(self, model: str, answers: Answers, *, keep_alive_s: float = KEEP_ALIVE_S) -> None:
        self._folder = make_socket_folder()
        self.socket = self._folder / SOCKET
        config = uvicorn.Config(
            _application(model, answers, keep_alive_s),
            uds=str(self.socket),
            http="h11",
            ws="none",
            lifespan="off",
            access_log=False,
            log_config=None,
            log_level="critical",
            proxy_headers=False,
            server_header=False,
            date_header=False,
            limit_concurrency=MAX_CONNECTIONS,
            timeout_graceful_shutdown=1,
        )
        config.load()
        self._server = uvicorn.Server(config)
        self._server.lifespan = config.lifespan_class(config)
        self._ending: asyncio.Task[None] | None = None
        self._listening = False

    async def start(self) -> None:
        """Listen: when it returns, this user can connect, and nobody else."""
        await self._server.startup()
        self.socket.chmod(0o600)  # uvicorn lets everybody in; until here, the folder did not
        self._listening = True

    async def stop(self) -> None:
        """Stop listening at once; connections that are left end in the background. Safe to call twice."""
        shutil.rmtree(self._folder, ignore_errors=True)
        if not self._listening:
            return
        self._listening = False
        for listener in self._server.servers:
            listener.close()
        self._ending = asyncio.create_task(self._server.shutdown())


def _application(model: str, answers: Answers, keep_alive_s: float) -> ASGIApp:
    async def models(_: Request) -> Response:
        return _told(answers, models_reply(model))

    async def model_by_name(request: Request) -> Response:
        if request.path_params["name"] != model:
            reply = error_reply(404, f"only the model {model!r} is available here", code="model_not_found")
            return _told(answers, reply)
        return _told(answers, Reply(200, models_reply(model).body["data"][0]))

    async def not_served(request: Request, error: Exception) -> Response:
        return _told(answers, _not_served(request, error))

    def route(api: Api) -> Route:
        async def ask(request: Request) -> ASGIApp:
            return await _answer(api, request, answers, keep_alive_s)

        return Route(f"/v1/{api}", ask, methods=["POST"])

    routes = [
        *map(route, Api),
        Route("/v1/models", models, methods=["GET"]),
        Route("/v1/models/{name:path}", model_by_name, methods=["GET"]),
    ]
    application = Starlette(routes=routes, exception_handlers={HTTPException: not_served})
    application.router.redirect_slashes = False
    return application


def _told(answers: Answers, reply: Reply) -> Response:
    return JSONResponse(reply.body, reply.status, {**answers.headers, **reply.headers})


def _not_served(request: Request, error: Exception) -> Reply:
    status = error.status_code if isinstance(error, HTTPException) else 500
    path = str(request.scope["path"])  # the URL that Starlette makes of it may hold the socket's own path
    where = f"{request.method} {path[:200]}"
    served = f"this gateway answers POST {', '.join(f'/v1/{api}' for api in Api)} and GET /v1/models"
    if path in _LACKING:
        return error_reply(501, f"{where} is not supported: {served}", code="not_supported")
    return error_reply(status, f"{where} does not exist here: {served}", code="unknown_url")


async def _answer(api: Api, request: Request, answers: Answers, keep_alive_s: float) -> ASGIApp:
    """Answer one call; when the caller goes away the call is cancelled, so that it does not keep the model busy.

    A stream begins once its answer is there, or is waited for long: until then an error has its own status.
    """
    try:
        body = await _body(request)
    except ClientDisconnect:
        return Response(status_code=400)
    wish = StreamWish()
    call = asyncio.ensure_future(answers.answer(api, body, wish))
    gone = asyncio.ensure_future(_gone(request))
    stream: EventStream | None = None
    try:
        while not await ended(call, gone, within_s=keep_alive_s) and wish.stream is None:
            pass
        is_answered = call.done() and not call.cancelled()
        if wish.stream is not None and not (is_answered and call.result().status != 200):
            stream = EventStream(api, wish.stream, call, gone, answers.headers, keep_alive_s=keep_alive_s)
            return stream
        return _told(answers, call.result()) if is_answered else Response(status_code=400)
    finally:
        if stream is None:
            await cancel(call, gone)


async def _body(request: Request) -> bytes:
    """Read at most one byte more than a body may have; the policy refuses what is longer."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_BODY_BYTES:
            break
    return bytes(body)


async def _gone(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass
