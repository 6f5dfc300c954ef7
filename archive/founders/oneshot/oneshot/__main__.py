"""Solve the task in /task by changing /workspace: one completion, and one more with the reason if it does not fit."""

import json
import os
import time
from pathlib import Path

from openai import OpenAI, OpenAIError

from oneshot import files, prompt, reply

TRIES = 2
MARGIN_S = 5.0
MAX_OUTPUT_TOKENS = 2048


def main() -> None:
    """Solve, and leave the conversation in /out whatever happens."""
    workspace = Path(os.environ.get("AGENT_WORKSPACE", "/workspace"))
    instruction = Path(os.environ.get("AGENT_TASK", "/task"), "instruction.md").read_text()
    talk: list[dict[str, str]] = []
    try:
        solve(OpenAI(), workspace, instruction, talk)
    except OpenAIError as error:
        talk.append({"role": "error", "content": str(error)})
    finally:
        Path(os.environ.get("AGENT_OUT", "/out"), "trajectory.json").write_text(json.dumps(talk, indent=1))


def solve(client: OpenAI, workspace: Path, instruction: str, talk: list[dict[str, str]]) -> None:
    """Ask and apply; ask once more for what could not be applied. The conversation grows in `talk`."""
    texts = files.read(workspace)
    shown = files.choose(texts, instruction)
    talk += prompt.first(instruction, shown, [path for path in texts if path not in shown])
    for _ in range(TRIES):
        answer = ask(client, talk)
        changed, reasons = attempt(texts, answer)
        for path, text in changed.items():
            (workspace / path).parent.mkdir(parents=True, exist_ok=True)
            (workspace / path).write_text(text)
        texts |= changed
        talk[:] = prompt.again(talk, answer, reasons)
        if not reasons:
            break


def attempt(texts: dict[str, str], answer: str) -> tuple[dict[str, str], list[str]]:
    """Give the texts that an answer changes, and what of it could not be applied."""
    try:
        return files.apply(texts, reply.parse(answer))
    except ValueError as error:
        return {}, [str(error)]


def ask(client: OpenAI, talk: list[dict[str, str]]) -> str:
    """Complete the conversation before the deadline."""
    seconds = float(os.environ.get("DGM_DEADLINE", time.time() + 600)) - time.time() - MARGIN_S
    completion = client.with_options(timeout=max(seconds, 1.0)).chat.completions.create(
        model=os.environ.get("DGM_MODEL", ""), messages=talk, temperature=0, max_tokens=MAX_OUTPUT_TOKENS
    )
    return completion.choices[0].message.content or ""


if __name__ == "__main__":
    main()
