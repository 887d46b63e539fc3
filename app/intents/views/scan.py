"""At the booth, with the employer's phone: scan a ticket, or type its short code."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from app.accounts.permissions import Permission
from app.core.clock import utcnow
from app.core.errors import DomainError
from app.core.transaction import transaction
from app.intents import queries, services
from app.intents.forms import ScanForm
from app.intents.models import Intent
from app.intents.services import scans_open
from app.intents.states import Contact
from app.intents.views.door import bp, own_employer, say
from app.participations.queries import get_own, list_own
from app.participations.states import COMING
from app.web.access import requires
from app.web.forms import answer


@bp.get("/employer/booth")
@requires(Permission.INTENT_RECORD)
def booth_scan() -> ResponseReturnValue:
    """To the booth of today; a choice where there are several, a word where there is none."""
    employer = own_employer()
    coming = [row for row in list_own(employer) if row.status in COMING]
    today = [row for row in coming if scans_open(row, utcnow())]
    if len(today) == 1:
        return redirect(url_for("intents.scan", slug=today[0].fair.slug))
    later = [row for row in coming if row.fair.starts_at > utcnow()]
    return render_template(
        "intents/booths.html", company=employer, today=today, later=later[:5], nav="scan"
    )


@bp.route("/employer/booth/<slug>", methods=["GET", "POST"])
@requires(Permission.INTENT_RECORD)
def scan(slug: str) -> ResponseReturnValue:
    """Who is in front of me? A ticket in, the candidate's page out."""
    employer = own_employer()
    participation = get_own(slug, employer)
    form = ScanForm()
    if form.validate_on_submit():
        try:
            with transaction():
                outcome, intent = services.contact(
                    participation, form.code.data or "", by=current_user
                )
        except DomainError as error:
            form.refuse(error)
        else:
            if intent is not None:
                return _met(outcome, intent)
            form.code.errors = [_(outcome.label)]
    return answer(
        "intents/scan.html",
        form,
        company=employer,
        participation=participation,
        fair=participation.fair,
        recent=queries.list_recent(participation, 5),
        met=queries.count_met(participation),
        is_open=scans_open(participation, utcnow()),
    )


def _met(outcome: Contact, intent: Intent) -> ResponseReturnValue:
    if outcome is Contact.MADE:
        flash(_(outcome.label), "success")
    else:
        say(_(outcome.label))
    return redirect(url_for("intents.candidate", uid=intent.uid), 303)
