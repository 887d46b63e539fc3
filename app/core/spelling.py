"""Chinese words in Latin letters, for slugs and for finding names by typing."""

from functools import lru_cache
from typing import Any

from pypinyin import Style
from pypinyin.converter import DefaultConverter
from pypinyin.core import Pinyin


class _Remembering(DefaultConverter):
    """Spells a word once: names of companies are made of the same few words."""

    @lru_cache(maxsize=8_192)  # noqa: B019 - there is one, and it lives as long as the process
    def convert(self, *args: Any, **kwargs: Any) -> Any:
        return super().convert(*args, **kwargs)


_pinyin = Pinyin(_Remembering())


def spell(text: str, style: Style = Style.NORMAL) -> list[str]:
    """What ``pypinyin.lazy_pinyin`` says, with what is no Chinese left as it stands."""
    return [str(one) for one in _pinyin.lazy_pinyin(text, style=style, errors="default")]
