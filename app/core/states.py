"""State machines as data: which status may follow which, and what each is called."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Generic, Self, TypeVar

from app.core.errors import IllegalTransition


class Word(StrEnum):
    """A value of the domain with a label for people.

    Members are written ``DRAFT = "draft", N_("Draft")``; the label is an English
    catalogue string, translated where it is shown.
    """

    label: str

    def __new__(cls, value: str, label: str = "") -> Self:
        member = str.__new__(cls, value)
        member._value_ = value
        member.label = label or value
        return member


S = TypeVar("S", bound=StrEnum)


class Flow(Generic[S]):
    """The legal moves between the members of one status enum."""

    def __init__(self, moves: Mapping[S, frozenset[S] | set[S]]) -> None:
        self.moves = {state: frozenset(moves.get(state, ())) for state in type(next(iter(moves)))}

    def allows(self, current: S, target: S) -> bool:
        """Whether ``target`` may follow ``current``."""
        return target in self.moves[current]

    def check(self, current: S, target: S) -> S:
        """Return ``target``, or raise :class:`IllegalTransition` if it may not follow."""
        if not self.allows(current, target):
            raise IllegalTransition(getattr(current, "label", current), target)
        return target
