"""Letters of intent: one text, two signatures, a number, a public check."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.core.clock import frozen, utcnow
from app.core.db import db
from app.core.errors import NotFound
from app.intents import agreements, queries, services
from app.intents.agreements import Letter, compose, place_code, short_hash, text_hash
from app.intents.services import Terms
from app.intents.services.letters import LetterExists, NoIntentYet, NotOpen, TextChanged
from app.intents.states import REACHED_RANK, AgreementStatus, Side, Step
from app.places.states import EducationLevel
from tests.factories import make_school
from tests.intents.scene import draft, make_scene, propose, reach, share, sign, signed

FACTS = Letter(
    employer_name="瓯屿智造装备有限公司",
    employer_code="91330382MA2K9XT41B",
    student_name="陈思远",
    school="江城理工大学",
    major="机械工程",
    level=EducationLevel.MASTERS,
    graduation_year=2026,
    fair_zh="武汉站 江城理工大学双选会",
    fair_en="Wuhan, two-way fair",
    held_on=date(2026, 3, 15),
    position="机械设计工程师",
    place="温州市乐清市",
    pay="18–25万/年",
    starts_on=date(2026, 7, 1),
    terms="提供住宿\n试用期两个月",
)


@pytest.fixture
def scene(database):
    return make_scene()


def test_the_text_says_who_what_where_and_that_it_is_no_contract():
    text = compose(FACTS)
    for part in ("瓯屿智造装备有限公司", "陈思远", "硕士，2026届", "2026年3月15日", "2026年7月1日"):
        assert part in text
    assert "本意向书不是三方协议，也不是劳动合同" in text
    assert "neither the tripartite agreement nor an employment contract" in text
    assert "    试用期两个月" in text
    assert compose(FACTS) == text


def test_what_is_left_open_is_said_to_be_open():
    text = compose(replace(FACTS, place="", pay="", starts_on=None, terms=" \n", major=""))
    assert "二、工作地点：另行商定" in text
    assert "三、薪资：面议" in text
    assert "四、预计到岗：另行商定" in text
    assert "五、其他约定：无" in text


def test_no_field_can_write_a_line_of_its_own():
    text = compose(replace(FACTS, place="温州\n三、薪资：100万/年", terms="甲\n三、薪资：1元"))
    lines = [line for line in text.splitlines() if line.startswith("三、薪资")]
    assert lines == ["三、薪资：18–25万/年"]


@given(st.text(max_size=40), st.text(max_size=40))
@settings(max_examples=60, deadline=None)
def test_other_facts_make_another_hash(first, second):
    same = " ".join(first.split()) == " ".join(second.split())
    texts = [compose(replace(FACTS, place=place)) for place in (first, second)]
    blank = {" ".join(one.split()) or "另行商定" for one in (first, second)}
    assert (texts[0] == texts[1]) == (same or len(blank) == 1)


@pytest.mark.parametrize(
    ("city", "abbreviations", "code"),
    [
        ("武汉", [], "WH"),
        ("武汉", ["武大", "WHU"], "WHU"),
        ("武汉市", ["whu"], "WHU"),
        ("西安", ["西交"], "XA"),
        ("Wuhan", [], "WUH"),
        ("", [], "XX"),
        ("武", [], "WX"),
    ],
)
def test_the_middle_of_a_number_is_the_host_school_or_the_city(city, abbreviations, code):
    assert place_code(city, abbreviations)[: len(code)] == code


def test_a_hash_is_printed_in_four_groups():
    digest = text_hash("x")
    assert short_hash(digest) == " ".join(digest[i : i + 4].upper() for i in (0, 4, 8, 12))


def test_a_letter_needs_a_preliminary_intent_of_both(scene):
    intent = share(scene)
    with pytest.raises(NoIntentYet):
        draft(scene, intent)
    propose(intent, scene)
    with pytest.raises(NoIntentYet):
        draft(scene, intent)


@pytest.mark.parametrize("order", [(Side.EMPLOYER, Side.STUDENT), (Side.STUDENT, Side.EMPLOYER)])
@pytest.mark.parametrize("drafter", [Side.EMPLOYER, Side.STUDENT])
def test_both_sign_in_any_order_and_the_second_issues_the_number(scene, order, drafter):
    letter = draft(scene, reach(scene), drafter)
    sign(letter, scene, order[0])
    assert letter.status is AgreementStatus.PROPOSED
    assert letter.number is None
    assert letter.intent.reached_rank == REACHED_RANK
    sign(letter, scene, order[1])
    assert letter.status is AgreementStatus.SIGNED
    year = utcnow().year
    assert letter.number == f"WZ-{year}-WH-000001"
    assert letter.intent.step is Step.AGREEMENT_SIGNED
    assert letter.intent.proposed_step is None


def test_numbers_follow_each_other(database):
    first = make_scene()
    second = make_scene(fair=first.fair)
    numbers = [signed(one).number for one in (first, second)]
    assert [number[-6:] for number in numbers] == ["000001", "000002"]


def test_the_host_school_names_the_series(scene):
    scene.fair.host_school = make_school(name="武汉大学", abbreviations=["武大", "WHU"])
    assert "-WHU-" in signed(scene).number


def test_another_text_than_the_one_that_stands_is_not_signed(scene):
    letter = draft(scene)
    seen = letter.text_sha256
    services.redraft_letter(
        letter,
        Terms(position="机械设计工程师", pay="10万/年"),
        side=Side.EMPLOYER,
        by=scene.recruiter,
    )
    with pytest.raises(TextChanged):
        services.sign_letter(letter, side=Side.STUDENT, by=scene.student.user, sha256=seen)
    assert letter.student_signed_at is None


def test_a_text_changed_behind_the_hash_is_not_signed(scene):
    letter = draft(scene)
    letter.text = letter.text.replace("18", "80")
    db.session.commit()
    with pytest.raises(TextChanged):
        sign(letter, scene, Side.STUDENT)


def test_a_new_text_takes_the_signature_under_the_old_one_away(scene):
    letter = sign(draft(scene), scene, Side.EMPLOYER)
    terms = Terms(position="工艺工程师")
    services.redraft_letter(letter, terms, side=Side.EMPLOYER, by=scene.recruiter)
    assert letter.employer_signed_at is None
    with pytest.raises(NotOpen):
        services.redraft_letter(letter, terms, side=Side.STUDENT, by=scene.student.user)


def test_one_letter_at_a_time(scene):
    letter = draft(scene)
    with pytest.raises(LetterExists):
        draft(scene, letter.intent)
    services.withdraw_letter(letter, side=Side.STUDENT, by=scene.student.user, reason="薪资不符")
    assert letter.status is AgreementStatus.REFUSED
    assert letter.intent.step is Step.PRELIMINARY
    assert letter.intent.ended_reason == ""
    assert draft(scene, letter.intent).status is AgreementStatus.PROPOSED


@pytest.mark.parametrize("side", [Side.STUDENT, Side.EMPLOYER])
def test_either_withdraws_a_signed_letter_and_a_new_one_may_follow(scene, side):
    letter = signed(scene)
    by = scene.student.user if side is Side.STUDENT else scene.recruiter
    services.withdraw_letter(letter, side=side, by=by, reason="考上研究生")
    assert letter.status is AgreementStatus.WITHDRAWN
    assert (letter.withdrawn_by, letter.withdrawn_reason) == (side, "考上研究生")
    assert letter.number is not None
    intent = letter.intent
    assert intent.step is Step.WITHDRAWN
    assert intent.ended_by is side
    with pytest.raises(NotOpen):
        sign_again(letter, scene)
    services.reopen(intent, side=side, by=by)
    propose(intent, scene)
    services.confirm(intent, side=Side.STUDENT, by=scene.student.user, key=intent.proposal_key)
    second = draft(scene, intent)
    sign(second, scene, Side.STUDENT)
    sign(second, scene, Side.EMPLOYER)
    assert second.number[-6:] == "000002"
    assert [one.status for one in intent.agreements] == ["withdrawn", "signed"]


def sign_again(letter, scene):
    letter.employer_signed_at = None
    sign(letter, scene, Side.EMPLOYER)


def test_declining_withdraws_the_letter_too(scene):
    letter = signed(scene)
    services.decline(letter.intent, side=Side.STUDENT, by=scene.student.user, reason="家庭原因")
    assert letter.status is AgreementStatus.WITHDRAWN
    assert letter.intent.step is Step.DECLINED_BY_STUDENT


def test_a_letter_nobody_signs_lapses_and_the_intent_stands(scene):
    letter = sign(draft(scene), scene, Side.EMPLOYER)
    with frozen(utcnow() + timedelta(days=15)):
        assert services.lapse_proposals() == 1
    assert letter.status is AgreementStatus.LAPSED
    assert letter.intent.step is Step.PRELIMINARY
    with pytest.raises(NotOpen):
        sign(letter, scene, Side.STUDENT)


def test_the_public_check_knows_only_what_both_have_signed(scene):
    letter = sign(draft(scene), scene, Side.EMPLOYER)
    assert queries.find_letter(letter.public_code) is None
    sign(letter, scene, Side.STUDENT)
    assert queries.find_letter(letter.public_code.lower()) is letter
    assert letter.masked_name != scene.student.name
    assert queries.find_letter("nothing") is None
    assert queries.find_letter("") is None


def test_a_letter_is_read_by_its_two_sides_only(scene):
    letter = draft(scene)
    other = make_scene()
    with pytest.raises(NotFound):
        queries.get_letter_of_employer(other.employer, letter.public_code)
    with pytest.raises(NotFound):
        queries.get_letter_of_student(other.student, letter.public_code)
    assert queries.get_letter_of_student(scene.student, letter.public_code) is letter


def test_the_letter_keeps_the_name_it_was_signed_with(scene):
    letter = signed(scene)
    name, text = letter.student_name, letter.text
    scene.student.name = "改名"
    db.session.commit()
    assert (letter.student_name, letter.text) == (name, text)
    assert agreements.text_hash(letter.text) == letter.text_sha256
