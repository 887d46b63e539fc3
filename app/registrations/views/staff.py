"""Who is registered for a fair and what they answered: for its planners."""

from flask import request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_login import current_user

from app.accounts.permissions import Permission
from app.core.errors import Forbidden
from app.core.sheets import CSV, XLSX
from app.core.transaction import transaction
from app.questions import queries as questions_of
from app.questions.states import Occasion
from app.registrations import queries, services
from app.registrations.exports import make_table
from app.registrations.states import RegistrationStatus
from app.registrations.views.door import bp, private
from app.tours import queries as tours
from app.tours.models import Fair
from app.web.access import requires
from app.web.downloads import send_bytes, send_stored
from app.web.forms import answer

P = Permission.REGISTRATION_READ
LIST = "/staff/fairs/<slug>/registrations"


@bp.get(LIST)
@requires(P)
def registered(slug: str) -> ResponseReturnValue:
    """Who is registered? Names are masked; the table with everything is taken on purpose."""
    fair = _fair(slug)
    wanted = request.args.get("status", "")
    status = RegistrationStatus(wanted) if wanted in set(RegistrationStatus) else None
    page = queries.page_registrations(
        fair, status=status, number=request.args.get("page", 1, type=int)
    )
    counts = queries.count_by_status(fair)
    states = [(word.value, gettext(word.label), counts[word]) for word in RegistrationStatus]
    shown = answer(
        "registrations/registered.html",
        None,
        fair=fair,
        page=page,
        answered=queries.count_answers(page.items),
        asked=questions_of.count_asked(fair, Occasion.REGISTRATION),
        states=[("", gettext("All"), sum(counts.values())), *states],
    )
    return private(shown)


@bp.post(LIST + "/export")
@requires(P)
def export_registered(slug: str) -> ResponseReturnValue:
    """Everybody with everything as a table: it is logged who took it."""
    fair = _fair(slug)
    is_csv = request.form.get("as") == "csv"
    with transaction():
        people = services.log_table(fair, by=current_user)
    body = make_table(fair, people, csv=is_csv)
    kind, ending = (CSV, "csv") if is_csv else (XLSX, "xlsx")
    return send_bytes(body, name=f"{slug}.{ending}", media_type=kind)


@bp.get(LIST + "/<uid>")
@requires(P)
def registration(slug: str, uid: str) -> ResponseReturnValue:
    """One registration and what was answered."""
    fair = _fair(slug)
    row = queries.get_registration_of(fair, uid)
    given = queries.list_answers(row)
    shown = answer(
        "registrations/registration.html",
        None,
        fair=fair,
        registration=row,
        student=row.student,
        given=given,
        links={
            one.question_id: url_for(
                ".answer_file", slug=slug, uid=uid, question_uid=one.question.uid
            )
            for one in given
            if one.file_key is not None
        },
        missing=queries.list_unanswered(row),
        entered_at=queries.first_entry(row),
    )
    return private(shown)


@bp.get(LIST + "/<uid>/answers/<question_uid>")
@requires(P)
def answer_file(slug: str, uid: str, question_uid: str) -> ResponseReturnValue:
    """A file somebody brought for a question."""
    return send_stored(queries.get_file_of_fair(_fair(slug), uid, question_uid))


def _fair(slug: str) -> Fair:
    """The bureau's fairs and one's own: of students, a delegation sees no more than that."""
    fair = tours.get_fair_within(slug, current_user.scope_of(P))
    if not tours.may_change(fair, current_user.scope_of(P)):
        raise Forbidden()
    return fair
