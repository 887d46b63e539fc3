"""Disks that are full: what was acknowledged is stored, what is refused is said, and it ends."""

import os
import sqlite3
import subprocess
import time
from contextlib import contextmanager
from threading import Event

import pytest

from tests.faults import postgres
from tests.faults.crowd import Crowd

pause = Event().wait
pytestmark = pytest.mark.slow


@contextmanager
def small_disk(path, megabytes):
    """A disk of so many megabytes, kept in memory, that can be made larger while it is in use."""
    if os.geteuid() != 0:
        pytest.skip("only root may mount a small disk")
    path.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", str(path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip(f"this machine mounts no small disk: {done.stderr.strip()}")
    try:
        yield path
    finally:
        subprocess.run(["umount", "--lazy", str(path)], check=True)


def enlarge(path, megabytes):
    subprocess.run(["mount", "-o", f"remount,size={megabytes}m", str(path)], check=True)


def leave(path, kilobytes):
    """Fill a disk until so much is free."""
    free = os.statvfs(path)
    size = free.f_bavail * free.f_frsize - kilobytes * 1024
    assert size > 0, "the disk is too small for the test"
    with (path / "ballast").open("wb") as file:
        os.posix_fallocate(file.fileno(), 0, size)


def fill_and_heal(world, disk, larger):
    """Scan until the disk is full and for a while longer, then give room; return the findings."""
    with world.server() as server:
        phones = world.phones(server.port, 8, deadline=10)
        with Crowd(phones, world.tickets, rate=60) as crowd:
            crowd.wait_for_answer(time.monotonic())
            leave(disk, 300)
            refused = wait_for_refusals(phones, 30)
            # Full, and still read; what was confirmed is there, what was not waits in the phones.
            assert server.open_page()[0] == 200
            during = world.judge(phones)
            waiting = sum(len(phone.queue) for phone in phones)
            moment = time.monotonic()
            enlarge(disk, larger)
            recovery = crowd.wait_for_answer(moment)
            pause(1)
        crowd.settle()
        assert server.restarts == 0
    assert waiting > 0
    assert (during.lost, during.flipped, during.drift) == (0, 0, 0), during
    return world.judge(phones), refused, recovery


def wait_for_refusals(phones, number):
    """Wait until so many requests were refused; every one of them by a clear 503."""
    deadline = time.monotonic() + 90
    while sum(len(phone.refusals) for phone in phones) < number:
        assert time.monotonic() < deadline, [phone.waits[-3:] for phone in phones]
        pause(0.1)
    refusals = {refusal for phone in phones for refusal in phone.refusals}
    assert {refusal.split(" ")[0] for refusal in refusals} == {"503"}, refusals
    assert "503 storage-full" in refusals, refusals
    return sum(len(phone.refusals) for phone in phones)


@pytest.mark.parametrize("store", ["sqlite"], indirect=True)
def test_a_full_disk_under_sqlite_loses_nothing(worlds, tmp_path, report):
    with small_disk(tmp_path / "disk", 24) as disk:
        world = worlds(folder=disk, tickets=1000)
        found, refused, recovery = fill_and_heal(world, disk, 60)
        world.close()
        base = sqlite3.connect(disk / "xunpin.sqlite3")
        [verdict] = base.execute("PRAGMA integrity_check").fetchone()
        base.close()
    report("F04 full disk", rounds=1, faults=refused, **vars(found), recovery=recovery)
    assert verdict == "ok"
    assert found.is_clean(), found


@pytest.mark.parametrize("store", ["postgresql"], indirect=True)
def test_a_full_disk_under_postgresql_loses_nothing(worlds, tmp_path, report):
    """Data and log of its own PostgreSQL on one small disk."""
    if (why := postgres.why_not()) is not None:
        pytest.skip(why)
    tmp_path.parent.parent.chmod(0o755)
    tmp_path.parent.chmod(0o755)
    tmp_path.chmod(0o755)
    with small_disk(tmp_path / "disk", 200) as disk:
        cluster = postgres.Cluster(disk, max_wal_size="64MB", min_wal_size="64MB")
        try:
            cluster.create()
            cluster.start()
            world = worlds(url=cluster.make_database("full"), tickets=1000)
            found, refused, recovery = fill_and_heal(world, disk, 400)
            world.close()
        finally:
            cluster.stop()
    report("F04 full disk", rounds=1, faults=refused, **vars(found), recovery=recovery)
    assert found.is_clean(), found
