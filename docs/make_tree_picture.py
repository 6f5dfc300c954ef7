"""Make docs/images/tree.svg from a real run: `python docs/make_tree_picture.py RUN_FOLDER`."""

import io
import re
import sys
from pathlib import Path

from rich.console import Console

from dgm.cli import render
from dgm.cli.inspecting import reading, view_of

TARGET = Path(__file__).parent / "images" / "tree.svg"
WEB_FONTS = re.compile(r"@font-face \{.*?\}\n", re.DOTALL)


def picture(folder: Path) -> str:
    """Return what `dgm tree` shows of a run, as SVG without fonts from the web."""
    with reading(folder) as run:
        view = view_of(run)
    console = Console(record=True, width=80, file=io.StringIO(), markup=False, highlight=False)
    console.print(render.lineage_tree(view.agents, view.best))
    console.print()
    console.print(render.score_table(view.agents))
    if view.failed_attempts:
        console.print()
        console.print(render.failures_table(view.failed_attempts))
    return WEB_FONTS.sub("", console.export_svg(title="dgm tree"))


if __name__ == "__main__":
    TARGET.parent.mkdir(exist_ok=True)
    TARGET.write_text(picture(Path(sys.argv[1])), encoding="utf-8")
