"""F15, the long way: 200 phones killed between the record and the light."""

import pytest

from tests.browser.conftest import chromium, site
from tests.browser.killing import kill_between
from tests.browser.phone import make_crowd

__all__ = ["chromium", "site"]
pytestmark = [pytest.mark.slow, pytest.mark.browser, pytest.mark.own_database]

PARTS = 10


@pytest.mark.parametrize("part", range(PARTS))
def test_no_light_is_without_its_scan_in_200_kills(chromium, site, part):
    scene = make_crowd(site, 1)
    lights, missing = kill_between(chromium, site, scene, rounds=200 // PARTS, seed=100 + part)
    assert lights >= 200 // PARTS
    assert missing == set()
