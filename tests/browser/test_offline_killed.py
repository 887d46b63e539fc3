"""No light without a record, however the phone dies (the 200 rounds: tests/faults)."""

import pytest

from tests.browser.killing import kill_between
from tests.browser.phone import make_crowd


@pytest.fixture(scope="module")
def scene(site):
    return make_crowd(site, 1)


def test_a_phone_killed_after_a_light_has_its_scan(chromium, site, scene):
    lights, missing = kill_between(chromium, site, scene, rounds=20)
    assert lights >= 20
    assert missing == set()


def test_a_page_that_lights_before_it_writes_is_caught(chromium, site, scene):
    _, missing = kill_between(chromium, site, scene, rounds=3, broken="light before log")
    assert missing
