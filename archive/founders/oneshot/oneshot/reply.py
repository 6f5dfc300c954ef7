"""The reply format: a heading `### path::name`, then a fenced block.

Only a line that starts with as many backticks as opened a block closes it. So a block can hold this file, which has
no such line, and any other file behind a longer fence.
"""

import re
from typing import NamedTuple

TICKS = "`" * 3
_HEADING = re.compile(r"[#*\s`]*([\w./-]+)(?:::([\w.]+))?[`*:\s]*")


class Block(NamedTuple):
    path: str  # empty where the reply named none
    name: str  # "function", "Class.method", or empty
    code: str


def render(heading: str, text: str) -> str:
    """Write a block behind a fence that is longer than any run of backticks in `text`."""
    fence = "`" * max([3, *(len(run) + 1 for run in re.findall(r"`{3,}", text))])
    return f"### {heading}\n{fence}python\n{text}\n{fence}\n"


def parse(reply: str) -> tuple[list[Block], list[str]]:
    """Give the blocks of a reply, and what is wrong with it: no block, or one that is not closed."""
    blocks, heading, fence, code = [], "", "", []
    for line in reply.split("\n"):
        ticks = line[: len(line) - len(line.lstrip("`"))]
        if fence and len(ticks) >= len(fence) and line.strip() == ticks:
            found = _HEADING.fullmatch(heading)
            blocks.append(Block(*(found.groups("") if found else ("", "")), "\n".join(code)))
            heading = fence = ""
        elif fence:
            code.append(line)
        elif len(ticks) >= len(TICKS):
            fence, code = ticks, []
        elif line.strip():
            heading = line
    wrong = "the last block is not closed" if fence else "there is no block under a heading ### path::function"
    return blocks, [wrong] if fence or not blocks else []
