"""Python's search for rings of objects that nobody needs, while much is made that is needed."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock

# So many objects more than were let go before the youngest are looked through; usually 700.
MANY = 50_000
_lock = Lock()
_users = 0
_usual = gc.get_threshold()


@contextmanager
def seldom_collected() -> Iterator[None]:
    """Have the collector look seldom, and never at what is here already.

    Objects in no ring are freed at once, as ever. The setting is the process's: it ends with the
    last of those who asked for it.
    """
    global _users, _usual
    with _lock:
        if _users == 0:
            _usual = gc.get_threshold()
            gc.freeze()
            gc.set_threshold(MANY, *_usual[1:])
        _users += 1
    try:
        yield
    finally:
        with _lock:
            _users -= 1
            if _users == 0:
                gc.set_threshold(*_usual)
                gc.unfreeze()
