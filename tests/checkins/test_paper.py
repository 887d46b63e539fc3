"""Paper lists: what is read, what is found, what is entered, and taking it back."""

from datetime import timedelta
from io import BytesIO

import pytest
from sqlalchemy import func, select

from app.accounts.permissions import Role
from app.checkins import queries
from app.checkins.models import Attendance, PaperList, Scan
from app.checkins.services import paper as services
from app.checkins.services import paper_lines
from app.checkins.services.paper import BadList, BadMoment, judge, read_lines
from app.checkins.states import Evidence, PaperVerdict, ScanSource
from app.core.clock import utcnow
from app.core.db import db
from app.registrations.states import RegistrationStatus
from app.tours.models import Fair
from tests.checkins.making import make_registration, scan
from tests.factories import make_fair, make_gate, make_staff, make_student, make_user
from tests.statements import count_statements

V = PaperVerdict
CHINESE, ENGLISH = {"Accept-Language": "zh-CN"}, {"Accept-Language": "en-GB"}


def somebody(fair, name, last4="0000", **given):
    user = make_user(Role.STUDENT, phone=f"1380000{last4}")
    return make_registration(fair, student=make_student(user=user, name=name), **given)


def short(registration):
    return registration.tickets[-1].short_code


@pytest.fixture
def fair():
    return make_fair()


def verdicts(fair, text):
    return [line.verdict for line in judge(fair, read_lines(text))]


def make(fair, text, **given):
    usual = {"gate": None, "came_at": utcnow() - timedelta(minutes=30), "reason": "Power cut"}
    return services.make_list(fair, text, by=make_staff(), **usual | given)


def enter(paper, **given):
    return services.apply_list(paper, **{"choices": {}, "insisted": (), "by": make_staff()} | given)


# -- reading ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "codes", "last4", "name"),
    [
        ("7K4M92 王小明", ["7K4M92"], "", "王小明"),
        ("7k4-m92,王小明", ["7K4M92"], "", "王小明"),
        ("王小明\t7K4M92", ["7K4M92"], "", "王小明"),
        ("7K4 M92 王小明", ["7K4M92"], "", "王小明"),
        ("5678 王小明", [], "5678", "王小明"),
        ("５６７８，王小明", [], "5678", "王小明"),
        ("王小明;13812345678", [], "5678", "王小明"),
        ("138****5678 王*明", [], "5678", "王*明"),
        ("1. 王小明 5678", [], "5678", "1. 王小明"),
        ("Li Hua 5678", [], "5678", "Li Hua"),
        ("Carter 5678", ["CARTER"], "5678", "Carter"),
        ("王小明", [], "", "王小明"),
    ],
)
def test_a_line_is_read_however_it_was_written(text, codes, last4, name):
    [line] = read_lines(text)
    assert (line.codes, line.last4, line.name) == (codes, last4, name)


def test_blank_lines_and_headings_are_left_out():
    lines = read_lines("姓名,短码\n\n王小明,7K4M92\n   \n李华,2345\n")
    assert [(line.number, line.name) for line in lines] == [(1, "王小明"), (2, "李华")]


@pytest.mark.parametrize("text", ["", "  \n\n", "\0\0", "姓名,短码"])
def test_a_list_that_says_nothing_is_refused(text):
    with pytest.raises(BadList):
        read_lines(text)


def test_too_long_a_list_is_refused():
    with pytest.raises(BadList):
        read_lines("王 2345\n" * 2001)


# -- judging ---------------------------------------------------------------------------


def test_each_line_has_its_verdict(fair):
    found = somebody(fair, "王小明", "5678")
    inside = somebody(fair, "李华", "1111")
    scan(fair, inside)
    waiting = somebody(fair, "赵强", "2222", status=RegistrationStatus.WAITLISTED)
    cancelled = somebody(fair, "孙丽", "3333", status=RegistrationStatus.CANCELLED)
    elsewhere = somebody(make_fair(title_zh="别的双选会"), "周杰", "4444")
    text = "\n".join(
        [
            f"{short(found)} 王小明",
            f"{short(inside)} 李华",
            f"{short(waiting)} 赵强",
            f"{short(cancelled)} 孙丽",
            f"{short(elsewhere)} 周杰",
            "9999 没有人",
            "5678 王小明",
            f"{short(inside)} 别人",
        ]
    )
    assert verdicts(fair, text) == [
        V.FOUND,
        V.ALREADY_IN,
        V.WAITLISTED,
        V.CANCELLED,
        V.OTHER_FAIR,
        V.NOT_FOUND,
        V.REPEATED,
        V.NAME_DIFFERS,
    ]


def test_two_people_with_the_same_last_four_digits_are_told_apart_by_name(fair):
    make_user(Role.STUDENT, phone="13900005678")
    first = somebody(fair, "王小明", "5678")
    user = make_user(Role.STUDENT, phone="13700005678")
    second = make_registration(fair, student=make_student(user=user, name="李华"))
    lines = judge(fair, read_lines("5678 李华\n5678 王*明\n5678\n5678 张三"))
    assert [line.registration for line in lines] == [second.id, first.id, None, None]
    assert [line.verdict for line in lines] == [V.FOUND, V.FOUND, V.AMBIGUOUS, V.NAME_DIFFERS]
    assert sorted(lines[2].candidates) == sorted([first.id, second.id])


def test_look_alikes_are_read_as_they_were_meant(fair):
    registration = somebody(fair, "王小明")
    ticket = registration.tickets[-1]
    ticket.short_code = "7K4MV2"
    db.session.commit()
    # U is not in the alphabet and reads as V; case, hyphen and width do not matter.
    assert verdicts(fair, "7k4-mu2 王小明") == [V.FOUND]
    assert verdicts(fair, "７Ｋ４ＭＶ２ 王小明") == [V.FOUND]


def test_judging_takes_as_many_statements_for_two_lines_as_for_twenty(fair):
    slug = fair.slug
    people = [somebody(fair, "王小明", f"{number:04d}") for number in range(1000, 1020)]
    lines = [f"{short(row)} 王小明" for row in people[:10]]
    lines += [f"{number:04d} 王小明" for number in range(1010, 1020)]

    def look(some):
        db.session.expunge_all()
        here = db.session.scalars(select(Fair).filter_by(slug=slug)).one()
        with count_statements() as seen:
            judge(here, read_lines("\n".join(some)))
        return len(seen)

    assert look(lines) <= look([lines[0], lines[-1]])


def test_a_code_of_letters_only_is_not_taken_for_a_name(fair):
    row, other = somebody(fair, "王小明"), somebody(make_fair(), "周杰", "0001")
    row.tickets[-1].short_code, other.tickets[-1].short_code = "ABCDEF", "GHJKMN"
    db.session.commit()
    assert verdicts(fair, "ABCDEF 王小明\nGHJKMN 周杰") == [V.FOUND, V.OTHER_FAIR]


# -- entering --------------------------------------------------------------------------


def test_a_list_is_entered_as_scans_of_paper_at_the_time_given(fair):
    gate = make_gate(fair=fair)
    row = somebody(fair, "王小明")
    fair.permitted_number = 0
    paper = make(fair, f"{short(row)} 王小明\n9999 没有人", gate=gate)
    assert db.session.scalar(select(func.count()).select_from(Scan)) == 0
    assert enter(paper) == 1
    [entered] = db.session.scalars(select(Scan)).all()
    assert (entered.source, entered.evidence) == (ScanSource.PAPER, Evidence.MANUAL)
    assert (entered.scanned_at, entered.gate_id) == (paper.came_at, gate.id)
    came = db.session.scalars(select(Attendance)).one()
    assert (came.first_at, came.evidence) == (paper.came_at, Evidence.MANUAL)
    lines = services.list_lines(paper)
    assert [line.entered for line in lines] == [True, False]
    # Of whom is known by now no name is kept in the list.
    assert lines[0].text == "王*明"
    assert lines[1].text == "9999 没有人"


def test_entering_twice_changes_nothing(fair):
    row = somebody(fair, "王小明")
    paper = make(fair, short(row))
    assert (enter(paper), enter(paper)) == (1, 0)
    again = make(fair, short(row))
    assert services.list_lines(again)[0].verdict is V.ALREADY_IN
    assert enter(again) == 0
    assert db.session.scalar(select(func.count()).select_from(Scan)) == 1


def test_who_came_in_since_the_list_was_pasted_is_left_alone(fair):
    row = somebody(fair, "王小明")
    paper = make(fair, short(row))
    scan(fair, row)
    assert enter(paper) == 0
    assert db.session.scalars(select(Attendance)).one().evidence is Evidence.STAFF_SCAN


def test_a_choice_counts_only_among_those_the_line_may_mean(fair):
    somebody(fair, "王小明", "5678")
    user = make_user(Role.STUDENT, phone="13700005678")
    second = make_registration(fair, student=make_student(user=user, name="李华"))
    stranger = somebody(fair, "张三", "9999")
    paper = make(fair, "5678")
    assert enter(paper, choices={1: stranger.id}) == 0
    paper = make(fair, "5678")
    assert enter(paper, choices={1: second.id, 7: stranger.id}) == 1
    assert db.session.scalars(select(Attendance.registration_id)).all() == [second.id]


@pytest.mark.parametrize("status", [RegistrationStatus.WAITLISTED, RegistrationStatus.CANCELLED])
def test_who_was_inside_all_the_same_counts_only_if_somebody_says_so(fair, status):
    row = somebody(fair, "王小明", status=status)
    if status is RegistrationStatus.CANCELLED:
        row.cancelled_at = utcnow() - timedelta(hours=1)
        row.tickets[-1].revoked_at = row.cancelled_at
    assert enter(make(fair, short(row))) == 0
    assert enter(make(fair, short(row)), insisted={1}) == 1
    came = db.session.scalars(select(Attendance)).one()
    assert came.flags[0].startswith("override_")
    assert db.session.scalars(select(Scan.decision_reason)).one() == "Power cut"


def test_the_whole_list_is_taken_back_and_nothing_else(fair):
    rows = [somebody(fair, "王小明", f"{number:04d}") for number in range(3)]
    scan(fair, rows[2])
    paper = make(fair, "\n".join(short(row) for row in rows))
    assert enter(paper) == 2
    for _ in range(2):
        services.undo_list(paper, by=make_staff())
    assert queries.count_people(fair).attended == 1
    voided = db.session.scalars(select(Scan).where(Scan.voided_at.is_not(None))).all()
    assert {scan.void_reason for scan in voided} == {"Power cut"}
    assert len(voided) == 2
    # The same paper, pasted again, is another list.
    assert enter(make(fair, short(rows[0]))) == 1


def test_an_unapplied_list_that_was_put_aside_is_not_entered(fair):
    row = somebody(fair, "王小明")
    paper = make(fair, short(row))
    services.undo_list(paper, by=make_staff())
    assert enter(paper) == 0
    assert db.session.scalar(select(func.count()).select_from(Scan)) == 0


@pytest.mark.parametrize("shift", [timedelta(hours=-9), timedelta(minutes=5)])
def test_nobody_came_in_before_the_doors_opened_or_in_the_future(fair, shift):
    with pytest.raises(BadMoment):
        make(fair, "5678 王小明", came_at=utcnow() + shift)


def test_the_names_on_old_lists_are_removed_and_the_list_can_still_be_taken_back(fair):
    row = somebody(fair, "王小明")
    paper = make(fair, f"{short(row)}\n9999 没有人")
    enter(paper)
    assert services.forget_lines(utcnow() - timedelta(days=1)) == 0
    assert services.forget_lines(utcnow() + timedelta(days=1)) == 1
    assert services.list_lines(paper) == []
    services.undo_list(paper, by=make_staff())
    assert queries.count_people(fair).attended == 0


# -- pages -----------------------------------------------------------------------------


def form_of(text, **given):
    at = (utcnow() - timedelta(minutes=30)).astimezone().strftime("%Y-%m-%dT%H:%M%z")
    return {"lines": text, "came_at": at, "reason": "Power cut", "gate": ""} | given


def test_the_journey_from_paper_to_counted_and_back(client, log_in, fair):
    row = somebody(fair, "王小明")
    log_in(make_staff(Role.HELP_DESK))
    base = f"/staff/fairs/{fair.slug}/paper"
    assert client.get(base, headers=CHINESE).status_code == 200
    answer = client.post(base, data=form_of(f"{short(row)} 王小明\n9999 没有人"))
    assert answer.status_code == 303
    page = client.get(answer.location, headers=ENGLISH)
    assert "Not found" in page.text
    assert "王*明" in page.text
    client.post(f"{answer.location}/apply", data={})
    assert queries.count_people(fair).attended == 1
    assert "1 person was entered" in client.get(answer.location, headers=ENGLISH).text
    client.post(f"{answer.location}/undo")
    assert queries.count_people(fair).attended == 0
    assert "taken back" in client.get(base, headers=ENGLISH).text


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030", "utf-16"])
def test_a_file_from_excel_is_read(client, log_in, fair, encoding):
    row = somebody(fair, "王小明")
    log_in(make_staff(Role.HELP_DESK))
    data = f"短码,姓名\r\n{short(row)},王小明\r\n".encode(encoding)
    form = form_of("") | {"file": (BytesIO(data), "list.csv")}
    answer = client.post(f"/staff/fairs/{fair.slug}/paper", data=form)
    assert answer.status_code == 303
    paper = db.session.scalars(select(PaperList)).one()
    assert [line.verdict for line in services.list_lines(paper)] == [V.FOUND]


@pytest.mark.parametrize(
    "given",
    [
        {"lines": ""},
        {"lines": "\0\0"},
        {"came_at": ""},
        {"came_at": "0001-01-01T00:00"},
        {"came_at": "9999-12-31T23:59"},
        {"came_at": "soon"},
        {"reason": ""},
        {"reason": "x" * 201},
        {"gate": "999999"},
        {"file": (BytesIO(b"\xff\xfe\x00\xd8\x00"), "x.csv")},
    ],
)
def test_a_bad_list_is_refused_in_words_and_nothing_is_kept(client, log_in, fair, given):
    log_in(make_staff(Role.HELP_DESK))
    form = form_of("5678 王小明") | given
    answer = client.post(f"/staff/fairs/{fair.slug}/paper", data=form, headers=ENGLISH)
    assert answer.status_code == 422
    assert "xp-errors" in answer.text
    assert db.session.scalar(select(func.count()).select_from(PaperList)) == 0


def test_a_file_too_large_for_a_list_is_refused(client, log_in, fair, monkeypatch):
    monkeypatch.setattr(paper_lines, "MOST_BYTES", 10)
    log_in(make_staff(Role.HELP_DESK))
    form = form_of("") | {"file": (BytesIO(b"x" * 11), "x.csv")}
    answer = client.post(f"/staff/fairs/{fair.slug}/paper", data=form, headers=ENGLISH)
    assert answer.status_code == 422
    assert "too large" in answer.text


def test_odd_lines_and_odd_choices_harm_nobody(client, log_in, fair):
    log_in(make_staff(Role.HELP_DESK))
    odd = "😀 😀\n=1+1\n<script>alert(1)</script> 5678\n" + "x" * 500 + "\n​‮ 2345"
    answer = client.post(f"/staff/fairs/{fair.slug}/paper", data=form_of(odd))
    page = client.get(answer.location)
    assert page.status_code == 200
    assert "<script>alert" not in page.text
    choices = {"choose-1": "99999999999", "choose-99999": "1", "choose-x": "1", "insist-1": "\0"}
    assert client.post(f"{answer.location}/apply", data=choices).status_code == 303


def test_lists_of_another_fair_are_not_found(client, log_in, fair):
    paper = make(make_fair(), "5678")
    log_in(make_staff(Role.HELP_DESK))
    base = f"/staff/fairs/{fair.slug}/paper/{paper.uid}"
    assert client.get(base).status_code == 404
    assert client.post(f"{base}/apply").status_code == 404
    assert client.post(f"{base}/undo").status_code == 404
