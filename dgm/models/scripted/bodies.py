"""The bodies that carry a script's replies, as each API of OpenAI's gives them."""

import base64
import hashlib
import json
import struct
from collections.abc import Callable, Mapping

from dgm.models.scripted.script import MODEL, Request, ScriptedReply, said_in

DIMENSIONS = 8


def answer_body(path: str, request: Request, reply: ScriptedReply) -> Request:
    """Build the body of an answer for a path, such as `/v1/chat/completions`."""
    build = next((build for end, build in _BODIES.items() if path.endswith(end)), _completion)
    return {"created": 0, "model": request.get("model", MODEL), **build(request, reply)}


def error_body(reply: ScriptedReply) -> Request:
    """Build the body of an error."""
    return {"error": {"message": reply.text, "type": "scripted", "param": None, "code": reply.error_code}}


def _completion(request: Request, reply: ScriptedReply) -> Request:
    message: Request = {"role": "assistant", "content": reply.text}
    if reply.tool_calls:
        message["tool_calls"] = list(reply.tool_calls)
    finish = "tool_calls" if reply.tool_calls and reply.finish_reason == "stop" else reply.finish_reason
    choice = {"index": 0, "message": message, "finish_reason": finish, "logprobs": None}
    body = {"id": "chatcmpl-scripted", "object": "chat.completion", "choices": [choice]}
    return body | _usage(request, reply, "prompt_tokens", "completion_tokens")


def _response(request: Request, reply: ScriptedReply) -> Request:
    part = {"type": "output_text", "text": reply.text, "annotations": []}
    message = {"type": "message", "id": "msg_1", "role": "assistant", "status": "completed", "content": [part]}
    calls = [
        {"type": "function_call", "id": f"fc_{call['id']}", "call_id": call["id"], "status": "completed"}
        | dict(call["function"])
        for call in reply.tool_calls
    ]
    is_cut = reply.finish_reason == "length"
    body = {
        "id": "resp_scripted",
        "object": "response",
        "created_at": 0,
        "status": "incomplete" if is_cut else "completed",
        "incomplete_details": {"reason": "max_output_tokens"} if is_cut else None,
        "output": [*([message] if reply.text or not calls else []), *calls],
    }
    return body | _usage(request, reply, "input_tokens", "output_tokens")


def _embeddings(request: Request, reply: ScriptedReply) -> Request:
    inputs = request.get("input", [])
    each = inputs if isinstance(inputs, list) and not all(isinstance(token, int) for token in inputs) else [inputs]
    as_text = request.get("encoding_format") == "base64"
    data = [
        {"object": "embedding", "index": index, "embedding": _vector(text, as_text)} for index, text in enumerate(each)
    ]
    usage = _usage(request, reply, "prompt_tokens", None)
    return {"object": "list", "data": data} | usage


def _vector(text: object, as_text: bool) -> list[float] | str:
    digest = hashlib.sha256(json.dumps(text).encode()).digest()
    numbers = [byte / 256 for byte in digest[:DIMENSIONS]]
    return base64.b64encode(struct.pack(f"<{DIMENSIONS}f", *numbers)).decode() if as_text else numbers


def _usage(request: Request, reply: ScriptedReply, name_in: str, name_out: str | None) -> Request:
    used_in, used_out = (
        reply.usage if isinstance(reply.usage, tuple) else (_tokens_in(request), len(reply.text) // 4 + 1)
    )
    if reply.usage is None:
        return {}
    out = {name_out: used_out} if name_out else {}
    return {"usage": {name_in: used_in, **out, "total_tokens": used_in + (used_out if name_out else 0)}}


def _tokens_in(request: Request) -> int:
    return 1 + len(json.dumps(request.get("messages") or said_in(request))) // 4


_BODIES: Mapping[str, Callable[[Request, ScriptedReply], Request]] = {
    "/chat/completions": _completion,
    "/responses": _response,
    "/embeddings": _embeddings,
}
