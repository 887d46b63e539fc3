"""Who did not come, what they say about it, and what the organiser answers."""

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_login import current_user

from app.accounts.permissions import Permission
from app.core.errors import DomainError
from app.core.transaction import transaction
from app.participations import queries, services
from app.participations.forms import AppealAnswerForm, AppealForm
from app.participations.models import Participation
from app.participations.views.door import bp, own_participation, staff_fair, staff_participation
from app.web.access import requires
from app.web.forms import answer

REVIEW = Permission.EMPLOYER_REVIEW


@bp.get("/staff/fairs/<slug>/no-shows")
@requires(REVIEW)
def no_shows(slug: str) -> ResponseReturnValue:
    """Who did not come, and why?"""
    return _page(slug, AppealAnswerForm())


def _page(
    slug: str, form: AppealAnswerForm, asked: Participation | None = None
) -> ResponseReturnValue:
    fair = staff_fair(slug, REVIEW)
    rows = queries.list_no_shows(fair, current_user.scope_of(REVIEW))
    return answer(
        "participations/no_shows.html",
        form,
        fair=fair,
        rows=rows,
        asked=asked,
        missed=queries.count_no_shows([one.employer_id for one in rows]),
    )


@bp.post("/staff/fairs/<slug>/no-shows/<employer_slug>")
@requires(REVIEW)
def answer_appeal(slug: str, employer_slug: str) -> ResponseReturnValue:
    """Excuse an employer, or not."""
    participation = staff_participation(slug, employer_slug, REVIEW)
    form = AppealAnswerForm()
    if form.validate_on_submit():
        accepted = form.accept.data == "yes"
        try:
            with transaction():
                services.decide_appeal(
                    participation, accepted, form.answer.data or "", by=current_user
                )
        except DomainError as error:
            form.refuse(error)
        else:
            name = participation.employer.display_name
            if accepted:
                flash(gettext("%(name)s is excused", name=name), "success")
            else:
                flash(gettext("%(name)s is told why not", name=name), "success")
            return redirect(url_for("participations.no_shows", slug=slug), 303)
    return _page(slug, form, participation)


@bp.route("/employer/fairs/<slug>/appeal", methods=["GET", "POST"])
@requires(Permission.EMPLOYER_APPLY)
def appeal(slug: str) -> ResponseReturnValue:
    """What happened?"""
    participation, form = own_participation(slug), AppealForm()
    if form.validate_on_submit():
        try:
            with transaction():
                services.write_appeal(participation, form.text.data or "", by=current_user)
        except DomainError as error:
            form.refuse(error)
        else:
            flash(gettext("The bureau reads it and answers."), "success")
            return redirect(url_for("participations.own", slug=slug), 303)
    return answer(
        "participations/appeal.html",
        form,
        fair=participation.fair,
        participation=participation,
        may_appeal=services.may_appeal(participation),
    )
