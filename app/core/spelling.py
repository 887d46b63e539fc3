"""Chinese words in Latin letters, for slugs and for finding names by typing.

The one address of pypinyin: rooms ask here. Its dictionaries are read when something is first
spelt, so that a process that spells nothing does not wait for them at its start.
"""

from collections.abc import Callable
from functools import cache, lru_cache
from typing import Any

__all__ = ["spell", "spell_each"]


@cache
def _pinyin() -> Any:
    from pypinyin.converter import DefaultConverter
    from pypinyin.core import Pinyin

    class Remembering(DefaultConverter):
        """Spells a word once: names of companies are made of the same few words."""

        @lru_cache(maxsize=8_192)  # noqa: B019 - there is one, and it lives as long as the process
        def convert(self, *args: Any, **kwargs: Any) -> Any:
            return super().convert(*args, **kwargs)

    return Pinyin(Remembering())


def spell(
    text: str, *, initials: bool = False, other: str | Callable[[str], Any] = "default"
) -> list[str]:
    """What ``pypinyin.lazy_pinyin`` says, whole syllables or the first letter of each.

    What is no Chinese is left as it stands, run by run, or becomes what ``other`` makes of a run;
    that must be a function that lives as long as the process, for it is remembered.
    """
    from pypinyin import Style

    style = Style.FIRST_LETTER if initials else Style.NORMAL
    # The stub knows only names for it and functions that give a text.
    given: Any = other
    return [str(one) for one in _pinyin().lazy_pinyin(text, style=style, errors=given)]


def spell_each(text: str) -> list[str]:
    """The spelling of each character of a text, read in its words; others as they are."""
    return spell(text, other=list)
