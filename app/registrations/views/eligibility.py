"""Whom a fair is for: set by planners."""

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_login import current_user

from app.accounts.permissions import Permission
from app.core.errors import DomainError, Forbidden
from app.core.transaction import transaction
from app.registrations import queries, services
from app.registrations.forms import EligibilityForm
from app.registrations.views.door import bp
from app.tours import queries as tours
from app.web.access import requires
from app.web.forms import answer


@bp.route("/staff/fairs/<slug>/eligibility", methods=["GET", "POST"])
@requires(Permission.FAIR_EDIT)
def eligibility(slug: str) -> ResponseReturnValue:
    """Who may register for this fair?"""
    fair = tours.get_fair_within(slug, current_user.scope_of(Permission.FAIR_READ))
    if not tours.may_change(fair, current_user.scope_of(Permission.FAIR_EDIT)):
        raise Forbidden()
    form = EligibilityForm()
    if not form.is_submitted():
        form.fill_from(queries.find_eligibility(fair))
    if form.validate_on_submit():
        try:
            with transaction():
                left = services.set_eligibility(fair, form.to_rules(), by=current_user)
        except DomainError as error:
            form.refuse(error)
        else:
            flash(gettext("Saved"), "success")
            if left:
                words = gettext(
                    "With a place and left out by these rules: %(n)s. They keep it.", n=left
                )
                flash(words, "warning")
            return redirect(url_for(".eligibility", slug=slug), 303)
    return answer("registrations/eligibility.html", form, fair=fair)
