"""The files of the workspace: which are shown to the model, and what they become by its answer."""

import re
from pathlib import Path

from oneshot.merge import merge
from oneshot.reply import Block

SHOWN_BYTES = 12_000  # what a small model reads in about a minute
SKIPPED = {".git", "__pycache__", ".pytest_cache"}


def read(root: Path) -> dict[str, str]:
    """Read every text file below `root`, by its path relative to it."""
    texts = {}
    for path in sorted(root.rglob("*")):
        if path.is_file() and not SKIPPED.intersection(path.parts):
            raw = path.read_bytes()
            if b"\0" not in raw:
                texts[path.relative_to(root).as_posix()] = raw.decode(errors="replace")
    return texts


def choose(texts: dict[str, str], instruction: str) -> dict[str, str]:
    """Pick the files to show: what the instruction names first, tests last, as many as fit."""
    words = set(re.findall(r"\w{4,}", instruction))

    def rank(path: str) -> tuple[bool, bool, bool, int]:
        named = path.rpartition("/")[2] in instruction
        return not named, "test" in path, not path.endswith(".py"), -len(words.intersection(texts[path].split()))

    shown: dict[str, str] = {}
    for path in sorted(texts, key=rank):
        if not shown or sum(map(len, shown.values())) + len(texts[path]) <= SHOWN_BYTES:
            shown[path] = texts[path]
    return shown


def apply(texts: dict[str, str], blocks: list[Block]) -> tuple[dict[str, str], list[str]]:
    """Give the texts that the blocks change, and the reasons why some blocks could not be applied."""
    after, reasons = dict(texts), []
    for block in blocks:
        try:
            path = block.path or _guess(texts, block.code)
            after[path] = _edit(after.get(path), block)
        except (SyntaxError, LookupError, ValueError) as error:
            reasons.append(f"{block.path}: {error}")
    changed = {path: text for path, text in after.items() if texts.get(path) != text}
    return changed, reasons if changed or reasons else ["the answer changes nothing"]


def _edit(text: str | None, block: Block) -> str:
    if ".." in block.path or block.path.startswith("/"):
        raise ValueError("the path leads out of the repository")
    if text is not None and (block.name or block.path.endswith(".py") or not block.path):
        return merge(text, block.code, block.name.rpartition(".")[0])
    if block.name:
        raise LookupError("there is no such file; to make a new one, write its path alone")
    return block.code + "\n"


def _guess(texts: dict[str, str], code: str) -> str:
    """Find the only file that defines what a block without a heading defines."""
    line = next(iter(re.findall(r"(?:def|class) \w+", code)), "")
    paths = [path for path, text in texts.items() if line and re.search(rf"{line}\b", text)]
    if len(paths) != 1:
        raise LookupError("write a line ### path::name above each block")
    return paths[0]
