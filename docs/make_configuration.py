"""Make docs/configuration.md from the strings under the fields of `dgm.config`: `python docs/make_configuration.py`."""

import re
from pathlib import Path
from types import UnionType
from typing import Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from dgm.config import RunConfig

TARGET = Path(__file__).parent / "configuration.md"

HEAD = """\
# Configuration

<!-- made by docs/make_configuration.py from dgm/config.py: change it there -->

A run is told everything by one file, `run.toml`; `dgm init` writes one to start from. A single value can be changed
on the command line: `dgm run run.toml --set budget.hours=2 --set sandbox.engine=docker`. Unknown keys are errors.
The run's folder keeps the file as it was used, the defaults written out.
"""


def render() -> str:
    """Return the whole page."""
    sections = [("", RunConfig)] + [
        (name, field.annotation)
        for name, field in RunConfig.model_fields.items()
        if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel)
    ]
    return HEAD + "".join(_section(name, model) for name, model in sections)


def _section(name: str, model: Any) -> str:
    title = f"\n## [{name}]\n\n" if name else "\n## At the top\n\n"
    about = f"{model.__doc__.strip()}\n\n" if name else ""
    rows = [
        f"| `{key}` | {_type(field.annotation)} | {_default(field)} | {_one_line(field.description or '')} |\n"
        for key, field in model.model_fields.items()
        if not (isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel))
    ]
    return f"{title}{about}| key | type | default | meaning |\n|---|---|---|---|\n{''.join(rows)}"


def _type(annotation: Any) -> str:
    if get_origin(annotation) is Literal:
        return ", ".join(f"`{value}`" for value in get_args(annotation))
    if get_origin(annotation) in (UnionType, Union):
        return " or ".join(_type(part) for part in get_args(annotation) if part is not type(None))
    if get_origin(annotation) is list:
        return f"list of {_type(get_args(annotation)[0])}"
    if get_origin(annotation) is dict:
        return "table of `input_usd`, `output_usd` by name"
    return {"str": "text", "int": "whole number", "float": "number", "bool": "true or false"}.get(
        annotation.__name__, annotation.__name__.lower()
    )


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return "must be given"
    value = field.get_default(call_default_factory=True, validated_data={})
    return "-" if value is None or value == {} else f"`{str(value).lower() if isinstance(value, bool) else value}`"


def _one_line(text: str) -> str:
    return re.sub(r"\s+", " ", text).replace("|", "\\|").strip()


if __name__ == "__main__":
    TARGET.write_text(render(), encoding="utf-8")
