"""The organiser's page, the form behind a link, the tables."""

import io
from zipfile import ZipFile

import pytest

from app.accounts.permissions import Role, ScopeKind
from app.core.clock import frozen
from app.core.db import db
from app.questions import queries as questions
from app.surveys import queries
from app.surveys.states import SurveyStatus
from tests.factories import make_delegation, make_staff
from tests.surveys.after import (
    EMPLOYERS,
    STUDENTS,
    arrived,
    ask,
    attended,
    close,
    fresh,
    opened,
    past_fair,
    say,
    tokens,
    work,
)


@pytest.fixture
def fair(database):
    return past_fair(title_zh="武汉站双选会", title_en="Wuhan fair")


@pytest.fixture
def home(fair):
    return f"/staff/fairs/{fair.slug}/survey"


def last_day(survey_page):
    return survey_page.split('name="closes_on"')[1].split('value="')[1].split('"')[0]


def test_from_nothing_to_sent_in_two_taps(client, log_in, fair, home):
    attended(fair, 2)
    log_in(make_staff(Role.PLANNER))
    assert "Take the usual questions" in client.get(home).text
    client.post(f"{home}/students/usual")
    page = client.get(home).text
    assert "Open and send 2 links" in page
    sent = client.post(f"{home}/students/open", data={"closes_on": last_day(page)})
    assert sent.status_code == 303, sent.text
    work()
    page = client.get(home).text
    assert "0 of 2 have answered." in page
    assert "Results appear when the survey is closed" in page


@pytest.mark.parametrize("day", ["", "2020-01-01", "2199-01-01", "tomorrow"])
def test_a_day_that_does_not_do_is_refused_at_its_field(client, log_in, fair, home, day):
    ask(fair)
    attended(fair)
    log_in(make_staff(Role.PLANNER))
    sent = client.post(f"{home}/students/open", data={"closes_on": day})
    assert sent.status_code == 422
    assert queries.find_survey(fair, STUDENTS) is None


def test_a_link_works_without_signing_in_and_shows_what_was_said(client, fair):
    rating, choice, text = ask(fair)
    attended(fair)
    (token,) = tokens(opened(fair))
    page = client.get(f"/s/{token}")
    assert page.status_code == 200
    assert page.headers["Cache-Control"] == "no-store"
    assert page.headers["Referrer-Policy"] == "no-referrer"
    assert page.headers["X-Robots-Tag"] == "noindex"
    assert "No name is kept with your answer" in page.text
    faulty = client.post(f"/s/{token}", data={choice.field_name: "1"})
    assert faulty.status_code == 422
    given = {rating.field_name: "4", choice.field_name: "2", text.field_name: "多些座位"}
    sent = client.post(f"/s/{token}", data=given)
    assert sent.status_code == 303, sent.text
    assert "Thank you" in client.get(sent.location).text
    again = client.get(f"/s/{token}").text
    assert "多些座位" in again
    assert "You have answered already" in again
    assert queries.count_answered(queries.find_survey(fair, STUDENTS)) == 1


def test_a_foreign_choice_five_megabytes_and_a_made_up_link_are_turned_away(client, fair):
    rating, choice, text = ask(fair)
    attended(fair)
    survey = opened(fair)
    (token,) = tokens(survey)
    good = {rating.field_name: "4"}
    for bad in ({choice.field_name: "9"}, {rating.field_name: "6"}, {rating.field_name: "x"}):
        assert client.post(f"/s/{token}", data=good | bad).status_code == 422
    huge = good | {text.field_name: "长" * 1_700_000}
    assert client.post(f"/s/{token}", data=huge).status_code == 413
    for wrong in (token[:-1], token[:8] + "0" * 26, "x", "A" * 300, survey.uid):
        assert client.get(f"/s/{wrong}").status_code == 404
        assert client.post(f"/s/{wrong}", data=good).status_code == 404
    assert queries.count_answered(fresh(survey)) == 0


def test_after_the_last_day_the_link_says_so(client, fair):
    ask(fair)
    attended(fair)
    survey = opened(fair)
    (token,) = tokens(survey)
    with frozen(survey.closes_at):
        late = client.get(f"/s/{token}")
        assert late.status_code == 410
    close(survey)
    gone = client.get(f"/s/{token}")
    assert gone.status_code == 410
    assert "This survey is closed" in gone.text


def test_results_show_counts_means_and_texts_once_it_is_closed(client, log_in, fair, home):
    *_, text = ask(fair)
    attended(fair, 6)
    survey = opened(fair)
    for number, token in enumerate(tokens(survey)):
        say(token, 5 if number else 2, "1", f"建议{number}")
    log_in(make_staff(Role.PLANNER))
    assert "建议0" not in client.get(home).text
    assert "6 of 6 have answered." in client.get(f"{home}/students/close").text
    assert client.post(f"{home}/students/close").status_code == 303
    page = client.get(home).text
    assert "mean 4.50 of 5" in page
    assert "6 (100 %)" in page
    assert "Read all 6" in page
    texts = client.get(f"{home}/students/texts/{text.uid}").text
    assert all(f"建议{number}" in texts for number in range(6))
    assert fresh(survey).status is SurveyStatus.CLOSED


def test_few_answers_are_not_broken_down_on_any_page_or_table(client, log_in, fair, home):
    *_, text = ask(fair)
    attended(fair, 4)
    survey = opened(fair)
    for token in tokens(survey):
        say(token, 1, "1", "只有我这么想")
    close(survey)
    log_in(make_staff(Role.PLANNER))
    shown = client.get(home).text + client.get(f"{home}/students/texts/{text.uid}").text
    with client.get(f"{home}/students/results.csv") as answer:
        shown += answer.data.decode("utf-8-sig")
    assert "Fewer than 5 answers came" in shown
    assert "只有我这么想" not in shown
    assert "mean" not in shown


def test_the_tables_hold_no_formula(client, log_in, fair, home):
    ask(fair, EMPLOYERS)
    for _ in range(5):
        arrived(fair)
    survey = opened(fair, EMPLOYERS)
    for token in tokens(survey):
        say(token, 5, "1", "=1+1")
    close(survey)
    log_in(make_staff(Role.PLANNER))
    with client.get(f"{home}/employers/results.csv") as answer:
        text = answer.data.decode("utf-8-sig")
    assert "'=1+1" in text
    assert ",5.00," in text
    with client.get(f"{home}/employers/results.xlsx") as answer:
        book = ZipFile(io.BytesIO(answer.data))
    with book:
        sheets = "".join(book.read(n).decode() for n in book.namelist() if "worksheets/" in n)
    assert "<f>" not in sheets
    assert "=1+1" in sheets
    assert client.get(f"{home}/employers/results.pdf").status_code == 404


def test_a_planner_of_another_delegation_opens_and_reads_nothing(client, log_in, fair, home):
    ask(fair)
    attended(fair)
    survey = opened(fair)
    log_in(make_staff(Role.PLANNER, ScopeKind.DELEGATION, make_delegation().id))
    assert client.get(home).status_code == 403
    assert client.get(f"{home}/students/results.csv").status_code == 403
    assert client.post(f"{home}/students/close").status_code == 403
    assert fresh(survey).status is SurveyStatus.OPEN


def test_no_other_words_stand_for_an_audience(client, log_in, fair, home):
    log_in(make_staff(Role.PLANNER))
    for name in ("registration", "everybody", "Students"):
        assert client.post(f"{home}/{name}/usual").status_code == 404
        assert client.post(f"{home}/{name}/open", data={}).status_code == 404
    assert questions.count_asked(fair, STUDENTS) == 0
    assert db.session.query(queries.Survey).count() == 0
