"""Getting a ticket: phone, about you, ticket."""

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_login import current_user

from app.accounts import sessions
from app.accounts.states import CodeOutcome
from app.core import files
from app.core.clock import utcnow
from app.core.masking import mask_phone
from app.core.transaction import transaction
from app.notices.services import budget_of, can_send_sms
from app.questions.asking import form_with
from app.questions.models import Question
from app.registrations import queries, services
from app.registrations.forms import AboutForm, OneTapForm, PhoneForm
from app.registrations.models import Registration
from app.registrations.sessions import own_walk_in
from app.registrations.states import RegistrationStatus
from app.registrations.views import asking, door
from app.registrations.views.door import bp
from app.students import services as students
from app.students.models import Student
from app.tours import queries as tours
from app.tours.models import Fair
from app.web.access import public
from app.web.forms import answer, uploaded
from app.web.limits import by_typed, limiter
from app.web.templating import url_if


@bp.route("/fairs/<slug>/register", methods=["GET", "POST"])
@public
@limiter.limit("12/minute;60/hour", key_func=by_typed("phone"), methods=["POST"])
def register(slug: str) -> ResponseReturnValue:
    """The first step: a phone. Whoever is known already goes on to where they stand."""
    fair, gate = tours.get_public_fair(slug), door.gate_code()
    elsewhere = _turn(fair, gate)
    if elsewhere is not None:
        return elsewhere
    if current_user.is_authenticated:
        return redirect(url_for(".about", slug=slug, gate=gate or None))
    form = PhoneForm()
    if form.validate_on_submit():
        phone = form.phone.data or ""
        refusal = door.send_code(fair, phone)
        without_code = bool(refusal) and may_skip_code(fair, gate)
        if refusal and door.asked_phone(fair) == (phone, False):
            # Back and forth within the minute: the code that was sent still counts.
            return redirect(url_for(".about", slug=slug, gate=gate or None), 303)
        if not refusal or without_code:
            door.remember_phone(fair, phone, without_code=without_code)
            return redirect(url_for(".about", slug=slug, gate=gate or None), 303)
        form.phone.errors = [refusal]
    has_seat = queries.has_free_seat(fair)
    return answer(
        "registrations/register.html",
        form,
        fair=fair,
        gate=gate,
        has_seat=has_seat,
        rules=queries.find_eligibility(fair),
    )


@bp.route("/fairs/<slug>/register/about", methods=["GET", "POST"])
@public
@limiter.limit("30/minute", key_func=sessions.nonce, methods=["POST"])
def about(slug: str) -> ResponseReturnValue:
    """The second step: the code and what is told about oneself, or one tap for who is known."""
    fair, gate = tours.get_public_fair(slug), door.gate_code()
    elsewhere = _turn(fair, gate)
    if elsewhere is not None:
        return elsewhere
    if current_user.is_authenticated:
        return _about_known(fair, gate)
    asked = door.asked_phone(fair)
    if asked is None:
        return redirect(url_for(".register", slug=slug, gate=gate or None))
    phone, without_code = asked
    if "skip" in request.form and may_skip_code(fair, gate, phone=phone):
        door.remember_phone(fair, phone, without_code=True)
        without_code = True
    return _about_unverified(fair, gate, phone) if without_code else _about_new(fair, gate, phone)


@bp.get("/fairs/<slug>/register/late")
@public
def late_code(slug: str) -> ResponseReturnValue:
    """Part of the second step at a gate: the way on when the code does not come."""
    fair, gate = tours.get_public_fair(slug), door.gate_code()
    asked = door.asked_phone(fair)
    is_late = asked is not None and may_skip_code(fair, gate, phone=asked[0])
    return answer("registrations/_late_code.html", None, fair=fair, gate=gate, is_late=is_late)


def may_skip_code(fair: Fair, gate: str, *, phone: str = "") -> bool:
    """Whether a walk-in may register unverified: at a gate, doors open, messages failing."""
    now = utcnow()
    if not gate or not fair.is_open_at(now):
        return False
    if not can_send_sms(budget_of(fair.id)):
        return True
    return bool(phone) and queries.is_code_late(mask_phone(phone), now=now)


def _turn(fair: Fair, gate: str) -> ResponseReturnValue | None:
    """Where somebody belongs who need not, or cannot, register now."""
    if door.is_at_work():
        return answer("registrations/not_for_staff.html", None, fair=fair)
    student = door.own_student()
    standing = queries.find_registration(fair, student) if student else None
    if standing is not None and standing.status is not RegistrationStatus.CANCELLED:
        return redirect(_next_page(standing, gate))
    walk_in = own_walk_in(fair) if student is None else None
    if walk_in is not None:
        return redirect(_next_page(walk_in, gate))
    if not fair.takes_registrations_at(utcnow()):
        closed = services.RegistrationClosed(fair.phase_at(utcnow()))
        return answer(
            "registrations/closed.html",
            None,
            fair=fair,
            closed=closed,
            phase=fair.phase_at(utcnow()),
        )
    return None


def _next_page(registration: Registration, gate: str) -> str:
    """The poster somebody stands at, where one tap checks them in; else their ticket."""
    fair = registration.fair
    is_in = registration.status is RegistrationStatus.CONFIRMED and fair.is_open_at(utcnow())
    poster = url_if("checkins.poster", code=gate) if gate and is_in else ""
    if registration.student.user is None:
        return poster or url_for(".walk_in_ticket", slug=fair.slug)
    return poster or url_for(".ticket", uid=registration.uid)


def _welcome(registration: Registration, gate: str) -> ResponseReturnValue:
    if registration.status is RegistrationStatus.CONFIRMED:
        flash(gettext("You are registered."), "success")
    return redirect(_next_page(registration, gate), 303)


# -- the three kinds of second step ----------------------------------------------------


def _about_new(fair: Fair, gate: str, phone: str) -> ResponseReturnValue:
    """Somebody with a code in the post."""
    questions = asking.asked_at(fair, gate)
    form = _about_form(gate, questions)
    resend = request.method == "POST" and "resend" in request.form
    remark = ""
    if resend:
        remark = door.send_code(fair, phone) or gettext("A new code is on its way.")
    elif form.validate_on_submit():
        registration = _register_by_phone(fair, form, phone, questions)
        if registration is not None and registration.student.user is not None:
            sessions.start(registration.student.user, remember=True)
            return _welcome(registration, gate)
    return answer(
        "registrations/about.html",
        form,
        fair=fair,
        gate=gate,
        has_seat=queries.has_free_seat(fair),
        phone=mask_phone(phone),
        remark=remark,
        rules=queries.find_eligibility(fair),
        questions=questions,
    )


def _register_by_phone(
    fair: Fair, form: AboutForm, phone: str, questions: list[Question]
) -> Registration | None:
    profile = form.to_profile()
    with asking.kept_files() as new:
        students.check_school(profile, is_unlisted=form.school_unlisted.data)
        kept = new.add(_keep_resume(form))
        answers = asking.answers_of(form, questions, new)
        with transaction():
            outcome, registration = services.register_by_phone(
                fair,
                profile,
                phone=phone,
                code=form.code.data or "",
                nonce=sessions.nonce(),
                locale=door.locale_name(),
                agreed=form.agreed.data,
                wants_news=_ticked(form, "wants_news"),
                resume=kept,
                answers=answers,
            )
        if outcome is CodeOutcome.OK:
            new.clear()
            return registration
        form.code.errors = [gettext(outcome.label)]
    if new.refusal is not None:
        form.refuse(new.refusal)
    return None


def _about_unverified(fair: Fair, gate: str, phone: str) -> ResponseReturnValue:
    """A walk-in while no text message goes out: registered for this fair only."""
    questions = asking.asked_at(fair, gate)
    form = _about_form(gate, questions)
    form.leave_out("code")
    if form.validate_on_submit():
        profile = form.to_profile()
        with asking.kept_files() as new:
            students.check_school(profile, is_unlisted=form.school_unlisted.data)
            answers = asking.answers_of(form, questions, new)
            with transaction():
                registration = services.register_unverified(
                    fair, profile, phone=phone, agreed=form.agreed.data, answers=answers
                )
            new.clear()
            door.remember_walk_in(registration)
            return redirect(_next_page(registration, gate), 303)
        if new.refusal is not None:
            form.refuse(new.refusal)
    return answer(
        "registrations/about.html",
        form,
        fair=fair,
        gate=gate,
        has_seat=queries.has_free_seat(fair),
        phone=mask_phone(phone),
        remark="",
        rules=queries.find_eligibility(fair),
        questions=questions,
    )


def _about_known(fair: Fair, gate: str) -> ResponseReturnValue:
    """Somebody signed in: only what is missing, or one tap."""
    student = door.own_student()
    if student is not None and not missing_of(student):
        return _one_tap(fair, gate, student)
    questions = asking.asked_at(fair, gate)
    form = _about_form(gate, questions)
    form.leave_out("code")
    if student is not None:
        if request.method == "GET":
            form.fill_from(student)
        if student.privacy_version == students.PRIVACY_VERSION:
            form.leave_out("agreed", "wants_news")
    if form.validate_on_submit():
        registration = _register_known(fair, form, questions)
        if registration is not None:
            return _welcome(registration, gate)
    phone = mask_phone(current_user.phone or "") if current_user.phone else ""
    return answer(
        "registrations/about.html",
        form,
        fair=fair,
        gate=gate,
        has_seat=queries.has_free_seat(fair),
        verified_phone=phone,
        remark="",
        rules=queries.find_eligibility(fair),
        questions=questions,
    )


def _register_known(fair: Fair, form: AboutForm, questions: list[Question]) -> Registration | None:
    profile = form.to_profile()
    with asking.kept_files() as new:
        students.check_school(profile, is_unlisted=form.school_unlisted.data)
        kept = new.add(_keep_resume(form))
        answers = asking.answers_of(form, questions, new)
        with transaction():
            registration = services.register_student(
                fair,
                current_user,
                profile,
                agreed=_ticked(form, "agreed"),
                wants_news=_ticked(form, "wants_news") if "wants_news" in form else None,
                resume=kept,
                answers=answers,
            )
        new.clear()
        return registration
    if new.refusal is not None:
        form.refuse(new.refusal)
    return None


def _one_tap(fair: Fair, gate: str, student: Student) -> ResponseReturnValue:
    questions = asking.asked_at(fair, gate)
    form = form_with(OneTapForm, questions)()
    is_agreed = student.privacy_version == students.PRIVACY_VERSION
    if is_agreed:
        del form.agreed
    if form.validate_on_submit():
        with asking.kept_files() as new:
            answers = asking.answers_of(form, questions, new)
            with transaction():
                registration = services.register_student(
                    fair, current_user, None, agreed=not is_agreed, answers=answers
                )
            new.clear()
            return _welcome(registration, gate)
        if new.refusal is not None:
            form.refuse(new.refusal)
    return answer(
        "registrations/one_tap.html",
        form,
        fair=fair,
        gate=gate,
        student=student,
        has_seat=queries.has_free_seat(fair),
        rules=queries.find_eligibility(fair),
        questions=questions,
    )


def missing_of(student: Student) -> list[str]:
    """What a ticket needs and this profile lacks."""
    needed = ("name", "school_name", "level", "major", "graduation_year")
    return [name for name in needed if not getattr(student, name)]


def _about_form(gate: str, questions: list[Question]) -> AboutForm:
    """At the door nothing is asked that can wait: nine fields with the phone."""
    form = form_with(AboutForm, questions)()
    if gate:
        form.leave_out("resume", "wants_news")
    return form


def _ticked(form: AboutForm, name: str) -> bool:
    return name in form and bool(form[name].data)


def _keep_resume(form: AboutForm) -> files.Kept | None:
    if "resume" not in form:
        return None
    upload = uploaded(form.resume)
    if upload is None:
        return None
    try:
        return files.keep(*upload, limit=students.RESUME_LIMIT)
    except files.FileRefused as error:
        error.field = "resume"
        raise
