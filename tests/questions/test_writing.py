"""Writing a fair's questions: what may change, what must stay."""

import pytest

from app.accounts.permissions import Role, ScopeKind
from app.core.db import db
from app.core.errors import Conflict
from app.questions import queries, services
from app.questions.models import Question
from app.questions.services import BadQuestion, Choice, Draft, MeaningIsFixed, TooManyQuestions
from app.questions.states import Occasion, QuestionKind
from app.registrations.models import RegistrationAnswer
from tests.factories import make_coming_fair, make_delegation, make_staff, save
from tests.factories.registrations import make_question, make_registration

K = QuestionKind
AT = Occasion.REGISTRATION


def draft(**given):
    usual = {"kind": K.SHORT, "label_zh": "怎么来？"}
    return Draft(**usual | given)


def offer(*words):
    return [Choice(word) for word in words]


def answer(question, value="1"):
    row = RegistrationAnswer(
        registration_id=make_registration(question.fair).id, question_id=question.id
    )
    row.sealed = {"value": value}
    return save(row)


def test_ten_questions_are_asked_and_an_eleventh_is_refused():
    fair, by = make_coming_fair(), make_staff()
    for number in range(10):
        services.add_question(fair, AT, draft(label_zh=f"问题{number}"), by=by)
    with pytest.raises(TooManyQuestions):
        services.add_question(fair, AT, draft(), by=by)
    assert [row.position for row in queries.list_asked(fair, AT)] == list(range(1, 11))
    # Of another occasion there is room for ten of its own.
    services.add_question(fair, Occasion.STUDENTS, draft(kind=K.RATING), by=by)


def test_the_database_itself_knows_no_eleventh():
    fair = make_coming_fair()
    with pytest.raises(Exception, match=r"ck_question_position|CHECK"):
        make_question(fair, position=11)
    db.session.rollback()


def test_two_editors_at_once_never_get_one_place():
    fair, by = make_coming_fair(), make_staff()
    make_question(fair, "另一个人刚写的", position=1)
    late = Question(fair_id=fair.id, occasion=AT, kind=K.SHORT, label_zh="迟", choices=[])
    with pytest.raises(Conflict):
        services._place(late, [])
    assert [row.label_zh for row in queries.list_asked(fair, AT)] == ["另一个人刚写的"]
    services.add_question(fair, AT, draft(), by=by)


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"kind": K.RATING}, "kind"),
        ({"kind": K.ONE, "choices": offer("只有一个")}, "choices"),
        (
            {"kind": K.ONE, "choices": offer(*map(str, range(21)))},
            "choices",
        ),
        ({"kind": K.ANY, "choices": offer("同", "同")}, "choices"),
        ({"kind": K.ANY, "choices": [Choice("", "English only"), Choice("有")]}, "choices"),
        ({"kind": K.SHORT, "limit": 201}, "limit"),
        ({"kind": K.LONG, "limit": 4001}, "limit"),
        ({"kind": K.LONG, "limit": 0}, "limit"),
        ({"label_zh": ""}, "label_zh"),
    ],
)
def test_a_question_nobody_could_answer_is_refused_at_its_field(given, field):
    with pytest.raises(BadQuestion) as refused:
        services.add_question(make_coming_fair(), AT, draft(**given), by=make_staff())
    assert refused.value.field == field


def test_two_files_may_be_asked_for_and_no_third():
    fair, by = make_coming_fair(), make_staff()
    for name in ("作品集", "成绩单"):
        services.add_question(fair, AT, draft(kind=K.FILE, label_zh=name), by=by)
    with pytest.raises(BadQuestion):
        services.add_question(fair, AT, draft(kind=K.FILE), by=by)


def test_a_survey_asks_for_no_file():
    with pytest.raises(BadQuestion):
        services.add_question(
            make_coming_fair(), Occasion.EMPLOYERS, draft(kind=K.FILE), by=make_staff()
        )


def test_an_answered_question_keeps_its_kind_and_its_choices():
    by = make_staff()
    question = make_question(make_coming_fair(), choices=["高铁", "大巴"])
    answer(question)
    with pytest.raises(MeaningIsFixed) as refused:
        services.edit_question(question, draft(kind=K.LONG), by=by)
    assert refused.value.field == "kind"
    kept = [Choice("大巴", key="2"), Choice("自驾")]
    with pytest.raises(MeaningIsFixed) as refused:
        services.edit_question(question, draft(kind=K.ONE, choices=kept), by=by)
    assert refused.value.field == "choices"


def test_its_words_are_mended_and_a_choice_is_added_without_touching_the_answers():
    by = make_staff()
    question = make_question(make_coming_fair(), choices=["高铁", "大巴"])
    row = answer(question, "2")
    wanted = [Choice("自驾"), Choice("高铁动车", "Train", key="1"), Choice("大巴", "Bus", key="2")]
    services.edit_question(
        question, draft(kind=K.ONE, label_zh="怎么来武汉？", choices=wanted), by=by
    )
    assert [one["key"] for one in question.choices] == ["3", "1", "2"]
    assert row.value == "2"
    assert question.label_zh == "怎么来武汉？"


def test_an_answered_text_may_grow_and_not_shrink():
    by = make_staff()
    question = make_question(make_coming_fair(), limit=80)
    answer(question, "坐高铁")
    services.edit_question(question, draft(limit=90), by=by)
    with pytest.raises(MeaningIsFixed):
        services.edit_question(question, draft(limit=50), by=by)


def test_a_key_that_somebody_made_up_becomes_a_new_choice():
    question = make_question(make_coming_fair(), choices=["高铁", "大巴"])
    wanted = [Choice("甲", key="99"), Choice("乙", key="1")]
    services.edit_question(question, draft(kind=K.ONE, choices=wanted), by=make_staff())
    assert [one["key"] for one in question.choices] == ["3", "1"]


def test_removing_deletes_what_nobody_answered_and_keeps_the_rest_aside():
    by, fair = make_staff(), make_coming_fair()
    first, second, third = (make_question(fair, name) for name in ("一", "二", "三"))
    answer(second, "答")
    assert services.remove_question(first, by=by) is False
    assert services.remove_question(second, by=by) is True
    assert [row.label_zh for row in queries.list_asked(fair, AT)] == ["三"]
    assert third.position == 1
    assert [row.label_zh for row in queries.list_retired(fair, AT)] == ["二"]
    services.restore_question(second, by=by)
    assert [row.label_zh for row in queries.list_asked(fair, AT)] == ["三", "二"]


def test_questions_change_places_one_by_one():
    by, fair = make_staff(), make_coming_fair()
    rows = [make_question(fair, name) for name in ("一", "二", "三")]
    services.move_question(rows[2], up=True, by=by)
    services.move_question(rows[0], up=True, by=by)
    services.move_question(rows[1], up=False, by=by)
    assert [row.label_zh for row in queries.list_asked(fair, AT)] == ["一", "三", "二"]


def test_another_fairs_questions_are_taken_over_once_and_only_as_far_as_there_is_room():
    by, source, target = make_staff(), make_coming_fair(), make_coming_fair()
    make_question(source, "怎么来？", choices=["高铁", "大巴"], is_required=True)
    make_question(source, "忌口？")
    for number in range(9):
        make_question(target, f"旧{number}")
    assert services.copy_questions(source, target, AT, by=by) == 1
    copied = queries.list_asked(target, AT)[-1]
    assert (copied.label_zh, copied.is_required, copied.keys) == ("怎么来？", True, ["1", "2"])
    assert services.copy_questions(source, target, AT, by=by) == 0


# ---------------------------------------------------------------------------- pages


def form(**given):
    usual = {"label_zh": "怎么来？", "kind": "one", "choices-0-zh": "高铁", "choices-1-zh": "大巴"}
    return usual | given


def test_a_planner_writes_moves_edits_and_removes_a_question(client, log_in):
    fair = make_coming_fair()
    log_in(make_staff(Role.PLANNER))
    home = f"/staff/fairs/{fair.slug}/questions"
    assert "No extra questions" in client.get(home).text
    new = client.post(f"{home}/registration/new", data=form(is_required="y", label_en="How?"))
    assert new.status_code == 303, new.text
    client.post(f"{home}/registration/new", data=form(label_zh="忌口？", kind="short"))
    page = client.get(home).text
    assert "1. How?" in page
    assert "2. 忌口？" in page
    second = queries.list_asked(fair, AT)[1]
    moved = client.post(f"{home}/registration/{second.uid}/move", data={"to": "up"})
    assert moved.location.endswith(f"#q-{second.uid}")
    assert "1. 忌口？" in client.get(home).text
    edit = f"{home}/registration/{second.uid}"
    assert 'value="忌口？"' in client.get(edit).text
    client.post(edit, data=form(label_zh="有什么忌口？", kind="short"))
    assert "有什么忌口？" in client.get(home).text
    client.post(f"{edit}/remove")
    assert "忌口" not in client.get(home).text


def test_a_refusal_stands_at_its_field_and_nothing_typed_is_lost(client, log_in):
    question = make_question(make_coming_fair(), choices=["高铁", "大巴"])
    answer(question)
    log_in(make_staff(Role.PLANNER))
    address = f"/staff/fairs/{question.fair.slug}/questions/registration/{question.uid}"
    assert "This question has answers" in client.get(address).text
    gone = {"choices-0-key": "1", "choices-0-zh": "高铁动车", "choices-1-key": "2"}
    sent = client.post(address, data={"label_zh": "改", "kind": "one", **gone, "choices-1-zh": ""})
    assert sent.status_code == 422
    assert "no choice can be taken away" in sent.text
    assert "高铁动车" in sent.text


def test_another_fairs_question_is_not_found_here(client, log_in):
    question = make_question(make_coming_fair())
    log_in(make_staff(Role.PLANNER))
    other = make_coming_fair()
    for path in ("", "/move", "/remove", "/restore"):
        address = f"/staff/fairs/{other.slug}/questions/registration/{question.uid}{path}"
        assert client.post(address, data=form()).status_code == 404
    wrong = f"/staff/fairs/{question.fair.slug}/questions/students/{question.uid}"
    assert client.get(wrong).status_code == 404
    assert client.get(f"/staff/fairs/{other.slug}/questions/anything").status_code == 404


def test_a_planner_of_another_delegation_writes_nothing_here(client, log_in):
    fair = make_coming_fair()
    other = make_delegation()
    log_in(make_staff(Role.PLANNER, ScopeKind.DELEGATION, other.id))
    address = f"/staff/fairs/{fair.slug}/questions/registration/new"
    assert client.post(address, data=form()).status_code == 403
    assert queries.count_asked(fair, AT) == 0


def test_five_megabytes_of_text_are_turned_away(client, log_in):
    fair = make_coming_fair()
    log_in(make_staff(Role.PLANNER))
    address = f"/staff/fairs/{fair.slug}/questions/registration/new"
    sent = client.post(address, data=form(label_zh="长" * 1_700_000))
    assert sent.status_code in (413, 422)
    assert queries.count_asked(fair, AT) == 0
