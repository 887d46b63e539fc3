"""Who plans, in the tests of this room."""

import pytest

from app.accounts.permissions import Role
from tests.factories import make_staff


@pytest.fixture
def planner(log_in):
    return log_in(make_staff(Role.PLANNER))
