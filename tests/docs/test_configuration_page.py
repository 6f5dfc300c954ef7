"""The documentation says what the code does."""

import importlib.util
from pathlib import Path

DOCS = Path(__file__).parents[2] / "docs"


def test_the_configuration_page_is_made_from_the_code() -> None:
    spec = importlib.util.spec_from_file_location("make_configuration", DOCS / "make_configuration.py")
    assert spec is not None
    assert spec.loader is not None
    page = importlib.util.module_from_spec(spec)

    spec.loader.exec_module(page)

    assert (DOCS / "configuration.md").read_text(encoding="utf-8") == page.render()
