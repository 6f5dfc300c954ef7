"""What the model is told: the form of an answer, one example of it, then the files and the task.

Short, since a small model reads fifty tokens a second; by an example, since it repeats a template word for word; the
task last, since it forgets what stands before the files.
"""

from oneshot.reply import render

FORM = """\
You change a repository. First say in one sentence what is wrong or missing, and where. Then write the functions that
you change or add, each one whole, in a block under a heading: ### path::function, or ### path::Class.method.
A missing import goes above the function, in its block. A new file is a block under ### path."""

STOP = "\nTask: "  # where a small model goes on after its answer with a task of its own
EXAMPLE = "def total(prices):\n    return 0"  # no import in its answer: a small model copies that too
EXAMPLE_EDIT = render("cart.py::total", EXAMPLE.replace("0", "sum(prices)"))


def first(instruction: str, shown: dict[str, str], hidden: list[str]) -> list[dict[str, str]]:
    """Ask for an answer, from the files that are shown and the names of the others."""
    return [
        {"role": "system", "content": FORM},
        {"role": "user", "content": _question("The cart says 0, whatever is in it.", {"cart.py": EXAMPLE}, [])},
        {"role": "assistant", "content": f"total always returns 0; it must return the sum.\n\n{EXAMPLE_EDIT}"},
        {"role": "user", "content": _question(instruction, shown, hidden)},
    ]


def again(reasons: list[str]) -> dict[str, str]:
    """Ask once more, with the reasons why the answer could not be applied."""
    return {"role": "user", "content": "\n".join(["That could not be applied:", *reasons, "Think, then answer again."])}


def _question(instruction: str, shown: dict[str, str], hidden: list[str]) -> str:
    files = [render(path, text.rstrip("\n")) for path, text in shown.items()]
    others = [f"Not shown: {', '.join(hidden)}\n"] if hidden else []
    return "\n".join([*files, *others]) + STOP + instruction.strip()
