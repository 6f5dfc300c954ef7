"""Actions as plain text, for models without tool calls: a heading `### tool arguments`, then its fenced blocks.

A block is closed only by a line that starts with at least as many backticks as opened it, so that a block can hold
this file, which has no such line, and any other file behind a longer fence.
"""

import re
from collections.abc import Iterator

from basic.actions import Action

TICKS = "`" * 3
_HEADING = re.compile(r"#{2,}\s*`?(bash|view|create|replace|undo|done)`?\b[:\s]*(.*)")
_SHELLS = {"bash", "sh", "shell", "console"}
_BLOCKS = {"bash": ("command",), "create": ("text",), "replace": ("old", "new")}
_WORDS = {"view": ("path", "first", "last"), "create": ("path",), "replace": ("path",), "undo": ("path",)}

MANUAL = f"""\
Write an action as a heading and its blocks of text, one action at a time, then wait for its result:

### bash
{TICKS}
ls -la
{TICKS}

### view shop/cart.py 1 60

### create shop/new.py
{TICKS}
the whole file
{TICKS}

### replace shop/cart.py
{TICKS}
the exact old lines
{TICKS}
{TICKS}
the new lines
{TICKS}

### undo shop/cart.py

### done

If a block holds a line that starts with {TICKS}, open and close it with more backticks than that.
"""


def read(reply: str) -> list[Action]:
    """Take the actions out of a reply, in order; a heading without its blocks is none, a block of shell is one."""
    actions = []
    for heading, blocks in _sections(reply):
        found = _HEADING.fullmatch(heading.strip())
        tool, rest = (found[1], found[2].strip(" `")) if found else ("bash", "")
        words, names = _WORDS.get(tool, ()), _BLOCKS.get(tool, ())
        if len(blocks) >= len(names):
            values = [*zip(words, rest.split(maxsplit=len(words) - 1), strict=False), *zip(names, blocks, strict=False)]
            actions.append(Action(tool, dict(values)))
    return actions


def _sections(reply: str) -> Iterator[tuple[str, list[str]]]:
    """Split a reply into headings with the blocks below each; a shell block without one has an empty heading."""
    heading, blocks = "", list[str]()
    fence, language, lines = "", "", list[str]()
    for line in reply.split("\n"):
        ticks = line[: len(line) - len(line.lstrip("`"))]
        if fence and len(ticks) >= len(fence) and line.strip() == ticks:
            if heading:
                blocks.append("\n".join(lines))
            elif language in _SHELLS:
                yield "", ["\n".join(lines)]
            fence = ""
        elif fence:
            lines.append(line)
        elif len(ticks) >= len(TICKS):
            fence, language, lines = ticks, line[len(ticks) :].strip(), []
        elif _HEADING.fullmatch(line.strip()):
            if heading:
                yield heading, blocks
            heading, blocks = line, []
    if heading:
        yield heading, blocks
