"""Phones that scan on their own, all at once, until they are told to stop."""

import random
import time
from threading import Barrier, Event, Thread

from tests.faults.phone import NoAnswer, Refused


class Crowd:
    """One thread a phone; each draws tickets from the same pile, so gates do meet.

    ``rate`` is scans a second and phone. ``answers`` holds when each answered request began and
    when its answer was there (monotonic seconds).
    """

    def __init__(self, phones, tickets, *, seed=1, rate=25):
        self.phones, self.tickets, self.rate = phones, tickets, rate
        self.answers = []
        self.crashes = []
        self._stop = Event()
        self._threads = [
            Thread(target=self._work, args=(phone, random.Random(seed * 1000 + number)))
            for number, phone in enumerate(phones)
        ]

    def __enter__(self):
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self.stop()

    def stop(self):
        self._stop.set()
        for thread in self._threads:
            thread.join(60)

    def _work(self, phone, draw):
        try:
            while not self._stop.is_set():
                began = time.monotonic()
                if phone.scan(draw.choice(self.tickets)) is not None:
                    self.answers.append((began, time.monotonic()))
                    self._catch_up(phone)
                pause = 1 / self.rate - (time.monotonic() - began)
                self._stop.wait(max(pause, 0.001) * draw.uniform(0.5, 1.5))
        except Exception as crash:
            self.crashes.append(crash)
            raise

    def _catch_up(self, phone):
        """What waits is sent as soon as the network seems to be there again."""
        if not phone.queue:
            return
        try:
            phone.sync()
        except (NoAnswer, Refused) as problem:
            phone.note(problem)

    def answered_since(self, moment):
        """The seconds from a moment to the first answer to something asked after it, or None."""
        ends = [ended for began, ended in self.answers if began > moment]
        return min(ends) - moment if ends else None

    def wait_for_answer(self, moment, seconds=90):
        """Wait for :meth:`answered_since`."""
        deadline = time.monotonic() + seconds
        while (found := self.answered_since(moment)) is None:
            assert time.monotonic() < deadline, "no answer came any more"
            self._stop.wait(0.01)
        return found

    def settle(self):
        """After the storm every phone empties its queue; return the longest time it took."""
        self.stop()
        assert self.crashes == []
        for phone in self.phones:
            # Nobody waits at the gate any more, and a machine with much to do is no fault.
            phone.hang_up()
            phone.deadline = 30
        return max(at_once(self.phones, lambda phone: phone.sync_until_empty()))


def at_once(things, function):
    """Run a function for each thing, every one in a thread, all let go at one moment."""
    barrier = Barrier(len(things))
    results = [None] * len(things)

    def work(number):
        barrier.wait(30)
        try:
            results[number] = function(things[number])
        except Exception as problem:
            results[number] = problem

    threads = [Thread(target=work, args=(number,)) for number in range(len(things))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(600)
    for result in results:
        if isinstance(result, Exception):
            raise result
    return results
