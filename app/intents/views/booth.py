"""At the booth, with the student's phone: see who this is, give or do not give."""

from dataclasses import dataclass

from flask import redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from app.accounts.permissions import Permission
from app.core.codes import normalise
from app.core.errors import DomainError, NotFound
from app.core.transaction import transaction
from app.intents import queries, services
from app.intents.forms import ShareForm
from app.intents.models import BoothContact, Intent
from app.intents.services import Sharing
from app.intents.states import Given, Via
from app.intents.views.door import bp, own_student, say, say_refusal
from app.participations.models import Participation
from app.participations.queries import get_by_public_code
from app.participations.states import COMING
from app.registrations.queries import find_registration
from app.registrations.states import RegistrationStatus
from app.students.models import Student
from app.students.queries import current_resume, find_student
from app.web.access import public, requires
from app.web.forms import answer


@dataclass(frozen=True)
class Visit:
    """What a visitor may do at a booth.

    ``mode`` is one of guest, other (signed in, no student), profile, register, waitlisted,
    ready, shared, over.
    """

    mode: str
    student: Student | None = None
    intent: Intent | None = None
    has_resume: bool = False
    asked: BoothContact | None = None


@bp.get("/b/<code>")
@public
def booth(code: str) -> ResponseReturnValue:
    """Who stands at this booth, what they offer here, and what this student gives them."""
    participation = _at(code)
    visit = _visit(participation)
    form = _form(participation, visit)
    return _page(participation, visit, form)


@bp.post("/b/<code>")
@requires(Permission.STUDENT_SELF)
def share(code: str) -> ResponseReturnValue:
    """Give this employer name and phone, with or without the resume."""
    participation = _at(code)
    student, visit = own_student(), _visit(participation)
    form = _form(participation, visit)
    if not form.validate_on_submit():
        return _page(participation, visit, form)
    wanted = form.position.data
    sharing = Sharing(
        given=form.given.data,
        via=Via.TICKET if visit.asked else Via.BOOTH,
        text=share_text(participation, form.given.data),
        position=next(
            (row.position for row in participation.offered if row.position.uid == wanted), None
        ),
    )
    try:
        with transaction():
            intent = services.share(student, participation, sharing, by=current_user)
    except DomainError as error:
        say_refusal(error)
        return redirect(url_for("intents.booth", code=code), 303)
    say(_("Given."), undo=url_for("intents.withdraw_share", uid=intent.uid))
    return redirect(url_for("intents.booth", code=code), 303)


@bp.post("/b/<code>/no")
@requires(Permission.STUDENT_SELF)
def refuse_share(code: str) -> ResponseReturnValue:
    """Do not give. Whoever scanned the ticket sees a no; else nothing is kept at all."""
    participation = _at(code)
    student = own_student()
    with transaction():
        services.refuse_contact(student, participation)
    say(_("Nothing was given."))
    return redirect(url_for("intents.booth", code=code), 303)


def share_title(participation: Participation, given: Given) -> str:
    """The question a student answers, as one sentence."""
    name = participation.employer.display_name
    if given is Given.RESUME:
        return str(_("Give your resume and phone to %(employer)s?", employer=name))
    return str(_("Give your name and phone to %(employer)s?", employer=name))


def share_terms(participation: Participation, given: Given) -> str:
    """Who gets what for what, and how to take it back."""
    name = participation.employer.name
    if given is Given.RESUME:
        what = _("your name, phone, school, level, major, graduation year and resume")
    else:
        what = _("your name, phone, school, level, major and graduation year")
    return str(
        _(
            "%(employer)s will see %(what)s, only to contact you about its positions at this "
            'fair. You can take it back at any time under "Shared"; then they no longer see it.',
            employer=name,
            what=what,
        )
    )


def share_text(participation: Participation, given: Given) -> str:
    """The words a consent is kept with: exactly those that were shown."""
    return f"{share_title(participation, given)}\n{share_terms(participation, given)}"


def _at(code: str) -> Participation:
    participation = get_by_public_code(normalise(code))
    if not participation.fair.is_public:
        raise NotFound()
    return participation


def _visit(participation: Participation) -> Visit:
    is_here = participation.status in COMING
    if not current_user.is_authenticated:
        return Visit("guest" if is_here else "over")
    if not current_user.is_student:
        return Visit("other" if is_here else "over")
    student = find_student(current_user)
    if student is None:
        return Visit("profile" if is_here else "over")
    intent = queries.find_own(student, participation)
    has_resume = current_resume(student) is not None
    if intent is not None and intent.is_shared:
        return Visit("shared", student, intent, has_resume)
    if not is_here:
        return Visit("over", student, intent)
    registration = find_registration(participation.fair, student)
    if registration is None or registration.status is RegistrationStatus.CANCELLED:
        return Visit("register", student, intent)
    if registration.status is RegistrationStatus.WAITLISTED:
        return Visit("waitlisted", student, intent)
    asked = queries.find_asking(student, participation)
    return Visit("ready", student, intent, has_resume, asked)


def _form(participation: Participation, visit: Visit) -> ShareForm:
    form = ShareForm()
    offered = [(row.position.uid, row.position.title) for row in participation.offered]
    form.offer(offered, str(_("No particular position")))
    return form


def _page(participation: Participation, visit: Visit, form: ShareForm) -> ResponseReturnValue:
    given = Given.RESUME if visit.has_resume else Given.CONTACT
    return answer(
        "intents/booth.html",
        form,
        participation=participation,
        fair=participation.fair,
        company=participation.employer,
        visit=visit,
        question=share_title(participation, given),
        terms=share_terms(participation, given),
        less=share_terms(participation, Given.CONTACT),
    )
