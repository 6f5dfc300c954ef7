"""The files of the workspace: which are shown to the model, and what they become by its answer."""

import re
from pathlib import Path

from oneshot.merge import gist, merge
from oneshot.reply import Block, parse

SHOWN_BYTES = 6_000  # what a small model reads in about half a minute


def read(root: Path) -> dict[str, str]:
    """Read every text file below `root`, by its path; hidden ones are left out."""
    texts = {}
    for path in sorted(root.rglob("*")):
        name = path.relative_to(root).as_posix()
        if path.is_file() and "/." not in f"/{name}" and b"\0" not in (data := path.read_bytes()):
            texts[name] = data.decode(errors="replace")
    return texts


def choose(texts: dict[str, str], instruction: str, limit: int) -> dict[str, str]:
    """Pick the files to show: what the instruction names first, tests last, as many as fit into `limit` bytes."""
    words = set(re.findall(r"\w{4,}", instruction))

    def rank(path: str) -> tuple[bool, bool, bool, int]:
        named, common = path.rpartition("/")[2] in instruction, words.intersection(re.findall(r"\w+", texts[path]))
        return not named, "test" in path, not path.endswith(".py"), -len(common)

    shown: dict[str, str] = {}
    for path in sorted(texts, key=rank):
        if not shown or sum(map(len, shown.values())) + len(texts[path]) <= min(limit, SHOWN_BYTES):
            shown[path] = texts[path]
    return shown


def apply(texts: dict[str, str], answer: str) -> tuple[dict[str, str], list[str]]:
    """Give the texts that an answer changes, and the reasons why some of it could not be applied."""
    blocks, reasons = parse(answer)
    after = dict(texts)
    for block in blocks:
        try:
            after[block.path] = _edit(after.get(block.path), block)
        except (SyntaxError, LookupError, ValueError) as error:
            reasons.append(f"{block.path}: {error}")
    changed = {path: text for path, text in after.items() if texts.get(path) != text}
    return changed, reasons if changed or reasons else ["the answer changes nothing"]


def _edit(text: str | None, block: Block) -> str:
    """Give the text that a block makes of a file: as it is where nothing follows from it, such as an idle import."""
    if not block.path or ".." in block.path or block.path.startswith("/"):
        raise ValueError("write a line ### path::name above the block, with a path inside the repository")
    if text is not None and block.path.endswith(".py"):
        merged = merge(text, block.code, block.name)
        return merged if block.path.endswith("__init__.py") or gist(merged) != gist(text) else text
    if block.name:
        raise LookupError("there is no such Python file; to make a new file, write its path alone")
    return block.code + "\n"


def write(root: Path, changed: dict[str, str]) -> None:
    """Write texts below `root`, with their folders."""
    for path, text in changed.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text)
