"""Solve the task in /task by changing /workspace, and leave the conversation in /out."""

import json
from pathlib import Path

import openai

from basic.bash import Shell
from basic.conversation import Message
from basic.loop import Loop
from basic.model import Model, Stop
from basic.settings import Settings
from basic.tools import Toolbox


def main() -> None:
    """Work until the model is done, or the time, the tokens or the model's patience are over."""
    settings = Settings.read()
    instruction = (settings.task / "instruction.md").read_text()
    trajectory = settings.out / "trajectory.jsonl"
    trajectory.write_text("")

    def record(message: Message) -> None:
        append(trajectory, message)

    with Shell(settings.workspace) as shell:
        try:
            Loop(Model(openai.OpenAI(), settings), Toolbox(settings, shell), instruction, record).run()
        except Stop as reason:
            record({"role": "end", "content": str(reason)})


def append(path: Path, message: Message) -> None:
    """Add one message to a file of JSON lines, so that it is there when the agent is killed."""
    with path.open("a") as file:
        file.write(json.dumps(message) + "\n")


if __name__ == "__main__":
    main()
