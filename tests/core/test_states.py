import pytest

from app.core.errors import IllegalTransition
from app.tours.states import FAIR_FLOW, FairStatus


def test_a_flow_lets_a_status_move_only_where_it_leads():
    assert FAIR_FLOW.check(FairStatus.DRAFT, FairStatus.PUBLISHED) is FairStatus.PUBLISHED
    with pytest.raises(IllegalTransition):
        FAIR_FLOW.check(FairStatus.CLOSED, FairStatus.PUBLISHED)


def test_a_word_is_its_value_and_carries_a_label():
    assert FairStatus("draft") is FairStatus.DRAFT
    assert (f"{FairStatus.DRAFT}", FairStatus.DRAFT.label) == ("draft", "Draft")
