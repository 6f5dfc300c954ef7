"""Solve the task in /task by changing /workspace: one completion, and one more with the reason if it does not fit."""

import json
import os
import time
from pathlib import Path

from openai import OpenAI, OpenAIError

from oneshot import files, prompt

TEMPERATURES = (0.0, 0.7)  # of the first try, and of the second, which should not repeat it
MARGIN_S = 5.0
MAX_TOKENS = 2048  # of one answer


def main() -> None:
    """Solve, and leave the conversation in /out whatever happens."""
    workspace = Path(os.environ.get("AGENT_WORKSPACE", "/workspace"))
    instruction = Path(os.environ.get("AGENT_TASK", "/task"), "instruction.md").read_text()
    talk: list[dict[str, str]] = []
    try:
        solve(OpenAI(max_retries=0), workspace, instruction, talk)
    except (OpenAIError, OSError) as error:
        talk.append({"role": "error", "content": str(error)})
    finally:
        Path(os.environ.get("AGENT_OUT", "/out"), "trajectory.json").write_text(json.dumps(talk, indent=1))


def solve(client: OpenAI, workspace: Path, instruction: str, talk: list[dict[str, str]]) -> None:
    """Ask and apply; ask once more for what could not be applied. The conversation stands in `talk`."""
    limit = int(os.environ.get("DGM_TOKENS_LEFT", files.SHOWN_BYTES))  # a byte is at most one token
    texts = files.read(workspace)
    shown = files.choose(texts, instruction, limit // 2)
    talk[:] = prompt.first(instruction, shown, [path for path in texts if path not in shown])
    for temperature in TEMPERATURES:
        answer = ask(client, talk, temperature)
        changed, reasons = files.apply(texts, answer)
        texts |= changed
        files.write(workspace, changed)
        talk.append({"role": "assistant", "content": answer})
        if not reasons:
            break
        talk.append(prompt.again(reasons))


def ask(client: OpenAI, talk: list[dict[str, str]], temperature: float) -> str:
    """Complete the conversation before the deadline."""
    timeout_s = max(float(os.environ.get("DGM_DEADLINE", time.time() + 600)) - time.time() - MARGIN_S, 1.0)
    model = os.environ.get("DGM_MODEL", "")
    completion = client.chat.completions.create(
        model=model, messages=talk, temperature=temperature, max_tokens=MAX_TOKENS, timeout=timeout_s, stop=prompt.STOP
    )
    return completion.choices[0].message.content or ""


if __name__ == "__main__":
    main()
