"""Makes bytes fit for a model to read: text, not too long, its head and its tail kept."""

SHOWN = 8_000
"""Characters of one tool's output that the model sees."""


def clip(data: bytes, limit: int = SHOWN) -> str:
    """Give bytes as text; of a long text the head and the tail, of bytes that are no text their number."""
    sample = data[:limit]
    if b"\0" in sample:
        return f"[binary output: {len(data)} bytes]"
    text = data.decode(errors="replace")
    return shorten("".join(letter for letter in text if letter.isprintable() or letter in "\n\t"), limit)


def shorten(text: str, limit: int) -> str:
    """Cut the middle out of a text that is longer than `limit` characters, and say how much that was."""
    if len(text) <= limit:
        return text
    half = limit // 2
    return f"{text[:half]}\n[{len(text) - 2 * half} characters cut out here]\n{text[-half:]}"
