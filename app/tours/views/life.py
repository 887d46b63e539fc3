"""The verbs of a fair's life, each behind a page that says what follows."""

from datetime import datetime

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from app.accounts.permissions import Permission
from app.core.transaction import transaction
from app.tours import services
from app.tours.forms import CancelForm, PostponeForm, PutBackForm
from app.tours.models import Fair
from app.tours.states import FAIR_FLOW, FairStatus
from app.tours.views.door import bp, fair_to_change, home_of, say, say_warnings
from app.web.access import requires
from app.web.forms import answer
from app.web.i18n import bilingual


def _fair(slug: str, target: FairStatus) -> Fair:
    """The fair, if it may move to a status; else its page says from where it stands."""
    fair = fair_to_change(slug, Permission.FAIR_PUBLISH)
    FAIR_FLOW.check(fair.status, target)
    return fair


@bp.route("/staff/fairs/<slug>/publish", methods=["GET", "POST"])
@requires(Permission.FAIR_PUBLISH)
def publish(slug: str) -> ResponseReturnValue:
    """Show a fair to everybody, after one look at what will be seen."""
    fair = _fair(slug, FairStatus.PUBLISHED)
    if fair.status is FairStatus.POSTPONED:
        return redirect(url_for(".put_back", slug=slug), 303)
    if request.method == "POST":
        with transaction():
            services.publish_fair(fair, by=current_user)
        say(_("Published"))
        say_warnings(fair)
        return redirect(home_of(fair), 303)
    return render_template("tours/publish.html", fair=fair)


@bp.route("/staff/fairs/<slug>/postpone", methods=["GET", "POST"])
@requires(Permission.FAIR_PUBLISH)
def postpone(slug: str) -> ResponseReturnValue:
    """Put a fair off, with a reason and perhaps a new time."""
    fair = _fair(slug, FairStatus.POSTPONED)
    form = PostponeForm(zone=fair.time_zone)
    if form.validate_on_submit():
        with transaction():
            services.postpone_fair(
                fair,
                reason=form.reason.data or "",
                starts_at=form.starts_at.data,
                ends_at=form.ends_at.data,
                by=current_user,
            )
        say(_("Postponed. Everybody concerned will be told."))
        return redirect(home_of(fair), 303)
    return answer("tours/postpone.html", form, fair=fair)


@bp.route("/staff/fairs/<slug>/put-back", methods=["GET", "POST"])
@requires(Permission.FAIR_PUBLISH)
def put_back(slug: str) -> ResponseReturnValue:
    """Give a postponed fair its new time."""
    fair = _fair(slug, FairStatus.PUBLISHED)
    if fair.status is not FairStatus.POSTPONED:
        return redirect(url_for(".publish", slug=slug), 303)
    form = PutBackForm(zone=fair.time_zone)
    if form.validate_on_submit():
        try:
            with transaction():
                services.republish(
                    fair,
                    starts_at=_moment(form.starts_at.data),
                    ends_at=form.ends_at.data,
                    reason=form.reason.data or "",
                    by=current_user,
                )
        except services.DatesNeeded as error:
            form.refuse(error)
        else:
            say(_("Back on. Everybody concerned will be told the new time."))
            say_warnings(fair)
            return redirect(home_of(fair), 303)
    return answer("tours/put_back.html", form, fair=fair)


@bp.route("/staff/fairs/<slug>/cancel", methods=["GET", "POST"])
@requires(Permission.FAIR_PUBLISH)
def cancel(slug: str) -> ResponseReturnValue:
    """Call a fair off for good."""
    fair = _fair(slug, FairStatus.CANCELLED)
    form = CancelForm()
    if form.validate_on_submit():
        try:
            with transaction():
                services.cancel_fair(fair, reason=form.reason.data or "", by=current_user)
        except services.ReasonNeeded as error:
            form.refuse(error)
        else:
            say(_("%(name)s is cancelled", name=bilingual(fair, "title")))
            return redirect(home_of(fair), 303)
    return answer("tours/cancel.html", form, fair=fair)


def _moment(value: datetime | None) -> datetime:
    """A moment the form has made sure of."""
    assert value is not None
    return value
