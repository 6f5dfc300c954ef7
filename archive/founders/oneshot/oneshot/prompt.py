"""What the model is told. Short, since a small model reads fifty tokens a second and forgets the rest."""

import re

from oneshot.reply import TICKS, render

FORM = f"""\
Answer with every function that you change or add, whole, each in a block of its own under a heading like this:

### {{example}}
{TICKS}python

Write path::Class.method for a method, and only the path for a new file.
An import that the file lacks goes above the function in the same block. Leave out what stays as it is.
"""


def first(instruction: str, shown: dict[str, str], hidden: list[str]) -> list[dict[str, str]]:
    """Ask for an answer, from the files that are shown and the names of the others."""
    parts = [render(path, text.rstrip("\n")) for path, text in shown.items()]
    parts += ["Other files: " + ", ".join(hidden) + "\n"] * bool(hidden)
    parts += [f"Task: {instruction.strip()}\n", FORM.format(example=_example(shown))]
    return [{"role": "user", "content": "\n".join(parts)}]


def again(talk: list[dict[str, str]], reply: str, reasons: list[str]) -> list[dict[str, str]]:
    """Go on with a conversation: say why the reply could not be applied."""
    text = "\n".join(["That could not be applied:", *reasons, "Correct it and answer in the same form."])
    return [*talk, {"role": "assistant", "content": reply}, {"role": "user", "content": text}]


def _example(shown: dict[str, str]) -> str:
    """Make a heading from a function that exists: a small model repeats an invented one."""
    for path, text in shown.items():
        for name in re.findall(r"(?m)^def (\w+)", text):
            return f"{path}::{name}"
    return "path/to/file.py::function"
