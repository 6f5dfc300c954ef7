from templates.errors import TemplateError
from templates.render import render

__all__ = ["TemplateError", "render"]
