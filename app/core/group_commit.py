"""Group commit: requests that wait at the same moment share one transaction and one fsync.

A commit costs the disk the same whether one scan stands in it or fifty. Whoever comes while
nobody is at work takes everything that waits, runs it in one transaction (:func:`persist`,
so only ``core/transaction.py`` commits here too) and wakes the others once it is durable;
then the first who came meanwhile does the same. There is no thread of our own: nothing has
to be started, and a request that ends badly takes nobody's place.

No answer leaves before its commit. If the common work fails, each request is tried again
alone, so that one which cannot be stored fails alone. Whoever waits longer than its patience
is told to come again, and nothing of theirs is stored. Processes take turns at a lock on a
file, in the order they came, instead of asking SQLite again and again; PostgreSQL needs none.
"""

import fcntl
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from threading import Lock
from typing import Any, Generic, TypeVar
from weakref import WeakKeyDictionary

from app.core.db import OUTAGES, db, outage_of
from app.core.errors import Unavailable
from app.core.transaction import persist

Item = TypeVar("Item")
Result = TypeVar("Result")

MOST_TOGETHER = 200
PATIENCE_SECONDS = 1.0


def _one(_item: Any) -> int:
    return 1


class GroupCommit(Generic[Item, Result]):
    """Work that is done for many at once: ``work(items)`` gives one result each, in order.

    It runs inside a transaction and must not keep anything from a try that failed. As many
    items go into one as weigh ``most`` together (at least one), so that nobody waits for too
    many others; ``weigh`` says what one costs. ``patience`` is in seconds.
    """

    def __init__(
        self,
        work: Callable[[Sequence[Item]], Sequence[Result]],
        *,
        weigh: Callable[[Item], int] = _one,
        most: int = MOST_TOGETHER,
        patience: float = PATIENCE_SECONDS,
    ) -> None:
        self._work, self._weigh = work, weigh
        self._most, self._patience = most, patience
        # One queue a database: a test may have several applications in one process.
        self._queues: WeakKeyDictionary[Any, _Queue[Item, Result]] = WeakKeyDictionary()
        self._mutex = Lock()

    def submit(self, item: Item) -> Result:
        """Have an item done; return its result once it is durable.

        Raises what the work raises for this item alone, or :class:`Unavailable`.
        """
        queue = self._queue()
        mine: _Waiting[Item, Result] = _Waiting(item, self._weigh(item))
        if not queue.join(mine) and not self._await_turn(queue, mine):
            return mine.outcome()
        with queue.leading(mine), queue.turn_of_processes():
            self._settle(queue.take(self._most))
        return mine.outcome()

    def _queue(self) -> "_Queue[Item, Result]":
        # What a test lends in the place of an engine is a connection of one.
        engine = getattr(db.engine, "engine", db.engine)
        with self._mutex:
            found = self._queues.get(engine)
            if found is None:
                found = self._queues[engine] = _Queue(_file_of(engine))
        return found

    def _await_turn(self, queue: "_Queue[Item, Result]", mine: "_Waiting[Item, Result]") -> bool:
        """Wait to be done, or to be called to lead (True)."""
        if not mine.call.acquire(timeout=self._patience):
            if queue.leave(mine):
                raise Unavailable()
            mine.call.acquire()  # taken at this very moment: the work is under way
        return not mine.is_done

    def _settle(self, taken: Sequence["_Waiting[Item, Result]"]) -> None:
        """Do what was taken, together if that succeeds, else one by one."""
        try:
            results = persist(lambda: self._work([one.item for one in taken]))
        except Exception as error:
            if len(taken) == 1 or _is_outage(error):
                for one in taken:
                    one.error = error
            else:
                for one in taken:
                    self._settle([one])
        else:
            for one, result in zip(taken, results, strict=True):
                one.result = [result]


class _Waiting(Generic[Item, Result]):
    """A request that waits: its item, then its result or its error."""

    __slots__ = ("call", "error", "is_done", "is_taken", "item", "leads", "result", "weight")

    def __init__(self, item: Item, weight: int) -> None:
        self.item, self.weight = item, weight
        self.result: list[Result] = []
        self.error: BaseException | None = None
        self.is_taken = self.is_done = self.leads = False
        # A bare lock is the cheapest way to sleep until called.
        self.call = Lock()
        self.call.acquire()

    def outcome(self) -> Result:
        """The result, or the error raised."""
        if self.error is not None:
            raise self.error
        if not self.result:
            raise Unavailable()  # whoever led was stopped before the work began
        return self.result[0]


class _Queue(Generic[Item, Result]):
    """Who waits for one database, and who is at work."""

    def __init__(self, path: str | None) -> None:
        self._mutex = Lock()
        self._waiting: list[_Waiting[Item, Result]] = []
        self._taken: list[_Waiting[Item, Result]] = []
        self._is_led = False
        self._path = path

    def join(self, one: _Waiting[Item, Result]) -> bool:
        """Stand in the queue; True if nobody is at work, so that one has to lead."""
        with self._mutex:
            self._waiting.append(one)
            leads, self._is_led = not self._is_led, True
        return leads

    def leave(self, one: _Waiting[Item, Result]) -> bool:
        """Stop waiting, unless one has been taken or called to lead."""
        with self._mutex:
            if one.is_taken or one.leads:
                return False
            self._waiting.remove(one)
        return True

    def take(self, most: int) -> list[_Waiting[Item, Result]]:
        """The first who wait, as many as weigh ``most``; the leader is the very first."""
        with self._mutex:
            number, weight = 1, self._waiting[0].weight
            for one in self._waiting[1:]:
                weight += one.weight
                if weight > most:
                    break
                number += 1
            self._taken, self._waiting = self._waiting[:number], self._waiting[number:]
            for one in self._taken:
                one.is_taken = True
        return self._taken

    @contextmanager
    def leading(self, leader: _Waiting[Item, Result]) -> Iterator[None]:
        """Lead; at the end call the next leader first, then everybody who was done."""
        try:
            yield
        finally:
            with self._mutex:
                if not leader.is_taken:
                    self._waiting.remove(leader)  # stopped before the work began
                following = self._waiting[0] if self._waiting else None
                self._is_led = following is not None
                if following is not None:
                    following.leads = True
                taken, self._taken = self._taken, []
            if following is not None:
                following.call.release()
            for one in taken:
                one.is_done = True
                one.call.release()

    @contextmanager
    def turn_of_processes(self) -> Iterator[None]:
        """Wait for the other processes of this machine, asleep and in order."""
        if self._path is None:
            yield
            return
        # Opened for appending: whoever comes first makes it. Closing it ends the turn.
        with open(self._path, "ab") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield


def _is_outage(error: Exception) -> bool:
    """Whether the database is away, for everybody alike: nothing is better alone."""
    return isinstance(error, OUTAGES) and outage_of(error) is not None


def _file_of(engine: Any) -> str | None:
    """The lock's file beside a SQLite database; None where the database needs none."""
    if engine.dialect.name != "sqlite":
        return None
    path = engine.url.database
    return f"{path}.turn" if path and path != ":memory:" else None
