"""What the model is told: the form of an answer, one example of it, then the files and the task.

Short, since a small model reads fifty tokens a second; by an example, since it repeats a template word for word; the
task last, since it forgets what stands before the files.
"""

from oneshot.reply import render

FORM = """\
You change a repository. Answer only with the functions that you change or add, each one whole, in a block under a
heading: ### path::function, or ### path::Class.method. A missing import goes above the function, in its block. A new
file is a block under ### path."""

EXAMPLE = "def total(prices):\n    return 0"
EXAMPLE_EDIT = "import math\n\ndef total(prices):\n    return math.fsum(prices)"


def first(instruction: str, shown: dict[str, str], hidden: list[str]) -> list[dict[str, str]]:
    """Ask for an answer, from the files that are shown and the names of the others."""
    return [
        {"role": "system", "content": FORM},
        {"role": "user", "content": _question("total must add up the prices.", {"cart.py": EXAMPLE}, [])},
        {"role": "assistant", "content": render("cart.py::total", EXAMPLE_EDIT)},
        {"role": "user", "content": _question(instruction, shown, hidden)},
    ]


def again(reasons: list[str]) -> dict[str, str]:
    """Ask once more, with the reasons why the answer could not be applied."""
    text = "\n".join(["That could not be applied:", *reasons, "Answer again, in the same form."])
    return {"role": "user", "content": text}


def _question(instruction: str, shown: dict[str, str], hidden: list[str]) -> str:
    parts = [render(path, text.rstrip("\n")) for path, text in shown.items()]
    parts += [f"Not shown: {', '.join(hidden)}\n"] * bool(hidden)
    return "\n".join([*parts, f"Task: {instruction.strip()}"])
