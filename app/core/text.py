"""Words that are translated later, by a door that knows the reader's language; short ones."""


def N_(message: str) -> str:  # noqa: N802 - gettext's own name for "mark, don't translate"
    """Mark a string for the catalogues and return it unchanged."""
    return message


def shorten(text: str, length: int = 20) -> str:
    """A text as a text message has room for it."""
    return text if len(text) <= length else f"{text[: length - 1]}…"
