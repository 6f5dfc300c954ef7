"""What the model is told before it starts, and when it does nothing."""

from basic.conversation import Message
from basic.text_form import MANUAL

SYSTEM = """\
You are a software engineer. You solve a task by changing the files of the repository in the current folder.
Look at the code first. Change as little as the task needs. Run the tests that there are, and a small check of your own.
Nobody answers questions. When the work is finished, use the tool `done`.
"""


REMINDER = "That was no action. Take the next step, or say by `done` that the work is finished."
"""What the model is told after an answer without an action."""


def head(instruction: str, *, by_text: bool) -> list[Message]:
    """Begin a conversation; with actions as text, the model is shown how to write them."""
    return [
        {"role": "system", "content": f"{SYSTEM}\n{MANUAL}" if by_text else SYSTEM},
        {"role": "user", "content": f"The task:\n\n{instruction.strip()}"},
    ]
