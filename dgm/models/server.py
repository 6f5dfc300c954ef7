"""The HTTP side of one gateway: a Unix socket in a folder of its own, and the paths that it answers."""

import asyncio
import shutil
from collections.abc import Awaitable, Callable

import uvicorn
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from dgm.models.replies import Reply, error_reply, models_reply
from dgm.models.request_policy import MAX_BODY_BYTES
from dgm.models.socket_folders import SOCKET, make_socket_folder

Chat = Callable[[bytes], Awaitable[Reply]]

MAX_CONNECTIONS = 64
_LATER = frozenset({"/v1/responses", "/v1/embeddings", "/v1/completions"})


class SocketServer:
    """Serves one gateway on the running event loop.

    `uvicorn.Server.serve` is not used, only its start and its end: it wakes ten times a second for each server, and
    takes a tenth of a second to stop, which a trial on an instant model would feel.
    """

    def __init__(self, model: str, chat: Chat) -> None:
        self._folder = make_socket_folder()
        self.socket = self._folder / SOCKET
        config = uvicorn.Config(
            _application(model, chat),
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


def _application(model: str, chat: Chat) -> Starlette:
    async def completions(request: Request) -> Response:
        return await _answer(request, chat)

    async def models(_: Request) -> Response:
        return _response(models_reply(model))

    async def model_by_name(request: Request) -> Response:
        if request.path_params["name"] != model:
            reply = error_reply(404, f"only the model {model!r} is available here", code="model_not_found")
            return _response(reply)
        return JSONResponse(models_reply(model).body["data"][0])

    routes = [
        Route("/v1/chat/completions", completions, methods=["POST"]),
        Route("/v1/models", models, methods=["GET"]),
        Route("/v1/models/{name:path}", model_by_name, methods=["GET"]),
    ]
    return Starlette(routes=routes, exception_handlers={HTTPException: _not_served})


async def _not_served(request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 500
    where = f"{request.method} {request.url.path[:200]}"
    served = "this gateway answers POST /v1/chat/completions and GET /v1/models"
    if request.url.path in _LATER:
        return _response(error_reply(501, f"{where} is not supported: {served}", code="not_supported"))
    return _response(error_reply(status, f"{where} does not exist here: {served}", code="unknown_url"))


async def _answer(request: Request, chat: Chat) -> Response:
    """Answer one call; when the caller goes away the call is cancelled, so that it does not keep the model busy."""
    try:
        body = await _body(request)
    except ClientDisconnect:
        return Response(status_code=400)
    call = asyncio.ensure_future(chat(body))
    gone = asyncio.ensure_future(_gone(request))
    try:
        await asyncio.wait({call, gone}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        unfinished = [task for task in (call, gone) if not task.done()]
        for task in unfinished:
            task.cancel()
        await asyncio.gather(*unfinished, return_exceptions=True)
    return Response(status_code=400) if call.cancelled() else _response(call.result())


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


def _response(reply: Reply) -> Response:
    return JSONResponse(reply.body, reply.status, dict(reply.headers))
