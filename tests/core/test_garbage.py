"""The collector's setting is the process's, so whoever changes it gives it back."""

import gc

import pytest

from app.core.garbage import MANY, seldom_collected


def test_the_last_who_asked_gives_the_collector_its_setting_back():
    usual, first, second = gc.get_threshold(), seldom_collected(), seldom_collected()
    first.__enter__()
    second.__enter__()
    assert gc.get_threshold() == (MANY, *usual[1:])
    first.__exit__(None, None, None)
    assert gc.get_threshold() == (MANY, *usual[1:])
    assert gc.get_freeze_count() > 0
    second.__exit__(None, None, None)
    assert (gc.get_threshold(), gc.get_freeze_count()) == (usual, 0)


def test_a_mistake_gives_it_back_too():
    usual = gc.get_threshold()
    with pytest.raises(ValueError, match="half way"), seldom_collected():
        raise ValueError("half way")
    assert gc.get_threshold() == usual
