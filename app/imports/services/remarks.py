"""Sentences about a file and its rows, kept so that each reader gets them in their language."""

import json
from collections.abc import Sequence
from typing import Any


def remark(message: str, **params: Any) -> str:
    """A catalogue string (marked with ``N_`` where it stands) and its values, as one text."""
    return json.dumps([message, params], ensure_ascii=False)


def read_remark(text: str) -> tuple[str, dict[str, Any]]:
    """The string and the values of :func:`remark`."""
    message, params = json.loads(text)
    return message, params


def in_english(texts: Sequence[str]) -> list[str]:
    """Remarks as sentences for the command line, which speaks the source language."""
    return [message % params for message, params in map(read_remark, texts)]
