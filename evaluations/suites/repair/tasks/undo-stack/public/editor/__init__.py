from editor.document import Document

__all__ = ["Document"]
