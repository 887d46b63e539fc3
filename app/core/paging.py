"""Lists in pages of fifty."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from sqlalchemy import Select

from app.core.db import count_rows, fetch_page

T = TypeVar("T")
PAGE_SIZE = 50


@dataclass(frozen=True)
class Page(Generic[T]):
    """One page of a list: its items, its number (from 1), and the size of the whole."""

    items: Sequence[T]
    number: int
    size: int
    total: int

    @property
    def pages(self) -> int:
        """How many pages there are; at least one, so that an empty list has a page."""
        return max(1, -(-self.total // self.size))

    @property
    def has_previous(self) -> bool:
        """Whether a page comes before this one."""
        return self.number > 1

    @property
    def has_next(self) -> bool:
        """Whether a page follows this one."""
        return self.number < self.pages


def paged(query: Select[Any], number: int = 1, size: int = PAGE_SIZE) -> Page[Any]:
    """Cut one page out of a query with two statements, however long the list is.

    A number outside the list is moved to its nearest end.
    """
    total = count_rows(query)
    number = min(max(1, number), max(1, -(-total // size)))
    return Page(fetch_page(query, offset=(number - 1) * size, limit=size), number, size, total)
