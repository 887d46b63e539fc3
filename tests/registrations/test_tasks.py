"""Reminders and changes, told once and in time."""

from datetime import timedelta

import pytest

from app.accounts.permissions import Role
from app.core.clock import at_zone, frozen, local, utcnow
from app.core.db import db
from app.core.transaction import transaction
from app.jobs import errands
from app.jobs.errands import leave_errand
from app.jobs.queue import JOBS
from app.notices.models import Notice
from app.notices.rendering import write
from app.notices.states import Channel
from app.registrations import services, tasks
from app.registrations.states import RegistrationStatus
from app.tours.states import FairStatus
from tests.factories import make_coming_fair, make_student, make_user, make_venue
from tests.factories.registrations import make_registration


def run(name, **given):
    JOBS[name](**given)


def run_errand(name, **given):
    """Leave an errand and run it, as a worker would."""
    with transaction():
        errand = leave_errand(name, **given)
    errands.run_errand(errand.id)
    return db.session.get(errands.Errand, errand.id, populate_existing=True)


def notices(template, channel=Channel.INBOX):
    found = db.session.query(Notice).filter_by(template=f"registrations/{template}")
    return found.filter_by(channel=channel).all()


@pytest.fixture
def fair():
    """A fair in ten days at nine in Shanghai."""
    day = local(utcnow() + timedelta(days=10)).replace(hour=9, minute=0, second=0, microsecond=0)
    starts = at_zone(day.replace(tzinfo=None))
    venue = make_venue(name_zh="南湖校区体育馆")
    return make_coming_fair(starts_at=starts, ends_at=starts + timedelta(hours=3), venue=venue)


def test_the_reminder_goes_out_the_day_before_at_four_and_once(fair):
    registration = make_registration(fair)
    due = fair.starts_at - timedelta(hours=17)
    with frozen(due - timedelta(minutes=1)):
        run("registrations.remind")
    assert notices("reminder") == []
    with frozen(due):
        run("registrations.remind")
        run("registrations.remind")
    assert [n.user_id for n in notices("reminder")] == [registration.student.user_id]
    assert len(notices("reminder", Channel.SMS)) == 1


def test_four_is_four_where_the_fair_is():
    starts = utcnow().replace(hour=4, minute=0, second=0, microsecond=0) + timedelta(days=10)
    fair = make_coming_fair(
        time_zone="Europe/Berlin", starts_at=starts, ends_at=starts + timedelta(hours=3)
    )
    due = services.reminder_at(fair)
    assert local(due, "Europe/Berlin").hour == 16
    assert local(due, "Europe/Berlin").date() < local(starts, "Europe/Berlin").date()


def test_a_worker_that_was_down_still_reminds_before_the_fair_and_never_after(fair):
    make_registration(fair)
    with frozen(fair.starts_at):
        run("registrations.remind")
    assert notices("reminder") == []
    with frozen(fair.starts_at - timedelta(hours=2)):
        run("registrations.remind")
    assert len(notices("reminder")) == 1


def test_nobody_is_reminded_who_does_not_come_or_has_only_just_registered(fair):
    fair.capacity = 2
    left = make_registration(fair)
    services.cancel(left, by=None)
    make_registration(fair)
    with frozen(fair.starts_at - timedelta(hours=16)):
        late = make_registration(fair)
    waiting = make_registration(fair)
    assert waiting.status is RegistrationStatus.WAITLISTED
    with frozen(fair.starts_at - timedelta(hours=15)):
        run("registrations.remind")
    told = {notice.user_id for notice in notices("reminder")}
    assert len(told) == 1
    assert late.student.user_id not in told


def test_fairs_that_do_not_take_place_remind_nobody(fair):
    make_registration(fair)
    fair.status = FairStatus.POSTPONED
    db.session.commit()
    with frozen(fair.starts_at - timedelta(hours=15)):
        run("registrations.remind")
    assert notices("reminder") == []


@pytest.mark.parametrize(
    ("what", "template"),
    [("postponed", "changed"), ("moved", "changed"), ("cancelled", "cancelled-by-fair")],
)
def test_everybody_concerned_hears_of_a_change(fair, what, template):
    fair.capacity = 1
    first, second = (make_registration(fair) for _ in range(2))
    left = make_registration(fair)
    services.cancel(left, by=None)
    db.session.commit()
    run_errand("fairs.changed.students", fair_id=fair.id, what=what, reason="台风")
    told = {notice.user_id for notice in notices(template)}
    assert told == {first.student.user_id, second.student.user_id}
    assert "台风" in write(notices(template)[0]).content


def test_a_fair_with_a_new_time_is_reminded_of_again(fair):
    make_registration(fair)
    with frozen(fair.starts_at - timedelta(hours=15)):
        run("registrations.remind")
        run_errand("fairs.changed.students", fair_id=fair.id, what="moved", reason="")
        fair.starts_at += timedelta(days=7)
        fair.ends_at += timedelta(days=7)
        db.session.commit()
        run("registrations.remind")
    assert len(notices("reminder")) == 1
    with frozen(fair.starts_at - timedelta(hours=15)):
        run("registrations.remind")
    assert len(notices("reminder")) == 2


def test_more_places_go_to_those_who_wait_by_themselves(fair):
    fair.capacity = 1
    _first, second, third, fourth = (make_registration(fair) for _ in range(4))
    fair.capacity = 3
    db.session.commit()
    run("registrations.fill-places")
    statuses = [row.status.value for row in (second, third, fourth)]
    assert statuses == ["confirmed", "confirmed", "waitlisted"]
    assert len(notices("moved-up")) == 2
    run("registrations.fill-places")
    assert len(notices("moved-up")) == 2


def test_a_worker_that_dies_half_way_leaves_nobody_out_and_tells_nobody_twice(fair, monkeypatch):
    people = [make_registration(fair) for _ in range(5)]
    monkeypatch.setattr(tasks, "BATCH", 2)
    told, tell = [], services.tell

    def dying(registration, *given, **payload):
        if len(told) == 3:
            raise SystemExit
        told.append(registration.id)
        tell(registration, *given, **payload)

    with transaction():
        errand = leave_errand("fairs.changed.students", fair_id=fair.id, what="cancelled")
    monkeypatch.setattr(services, "tell", dying)
    with pytest.raises(SystemExit):
        errands.run_errand(errand.id)
    monkeypatch.setattr(services, "tell", tell)
    assert len(notices("cancelled-by-fair")) == 2, "the batch that was not whole is undone"
    errands.run_errand(errand.id)
    assert len(notices("cancelled-by-fair")) == 2, "the dead worker still holds it"
    with frozen(utcnow() + errands.LEASE + timedelta(seconds=1)):
        errands.run_errand(errand.id)
        errands.run_errand(errand.id)
    assert sorted(notice.user_id for notice in notices("cancelled-by-fair")) == sorted(
        person.student.user_id for person in people
    )


def test_a_fair_that_is_gone_troubles_nobody():
    errand = run_errand("fairs.changed.students", fair_id=999_999, what="moved")
    assert errand.done_at is not None


@pytest.mark.parametrize("locale", ["zh_Hans", "en"])
@pytest.mark.parametrize(
    ("template", "payload"),
    [
        ("moved-up", {}),
        ("reminder", {}),
        ("changed", {"what": "postponed", "reason": "台风"}),
        ("changed", {"what": "moved", "reason": ""}),
        ("cancelled-by-fair", {"reason": "台风"}),
    ],
)
def test_every_notice_reads_in_both_languages_and_fits_a_text_message(locale, template, payload):
    venue = make_venue(name_zh="秦岭工业大学长安校区东方红体育馆")
    title = "“引才专列”走进西安秦岭工业大学暨高校毕业生春季大型双向选择洽谈会"
    fair = make_coming_fair(venue=venue, title_zh=title, title_en="A fair " * 20)
    user = make_user(Role.STUDENT, locale=locale, email="a@example.org")
    registration = make_registration(fair, make_student(user=user))
    services.tell(registration, f"registrations/{template}", **payload)
    letter = write(notices(template, Channel.MAIL)[0])
    assert letter.subject
    if template != "cancelled-by-fair":
        assert registration.uid in letter.content
    is_chinese = any("\u4e00" <= ch <= "\u9fff" for ch in letter.subject.replace(title, ""))
    assert is_chinese == (locale == "zh_Hans")
    assert len(letter.sms) <= (70 if locale == "zh_Hans" else 160)
