"""At the booth, with the employer's phone online: scan a ticket, or type its short code."""

from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from app.accounts.permissions import Permission
from app.core.clock import utcnow
from app.core.errors import DomainError
from app.core.transaction import transaction
from app.intents import queries, services
from app.intents.forms import ScanForm
from app.intents.models import BoothContact, Intent
from app.intents.services import scans_open
from app.intents.states import Fault
from app.intents.views.door import bp, own_employer, say, to_candidate
from app.participations.models import Participation
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
    """Who is in front of me? Who gives already opens at once, everybody else is asked."""
    employer = own_employer()
    participation = get_own(slug, employer)
    form = ScanForm()
    if form.validate_on_submit():
        try:
            with transaction():
                met = services.meet(participation, form.code.data or "", by=current_user)
        except DomainError as error:
            form.refuse(error)
        else:
            if isinstance(met, Intent):
                say(_("This student has given you their data already."))
                return to_candidate(met)
            if isinstance(met, BoothContact) and met.is_waiting:
                return _asked(met)
            form.code.errors = [_why_not(met)]
    return answer(
        "intents/scan.html",
        form,
        company=employer,
        participation=participation,
        is_open=scans_open(participation, utcnow()),
        **_whom(participation),
    )


@bp.get("/employer/booth/<slug>/state")
@requires(Permission.INTENT_RECORD)
def scan_state(slug: str) -> ResponseReturnValue:
    """The part of that page that looks again by itself: who was asked, who gave."""
    participation = get_own(slug, own_employer())
    return render_template("intents/_scan.html", **_whom(participation))


def _whom(participation: Participation) -> dict[str, object]:
    """Whom this company waits for at a fair, and who gave it their data there."""
    employer, fair = participation.employer, participation.fair
    return {
        "fair": fair,
        "asked": queries.list_asked(employer, fair.slug),
        "contacts": queries.count_contacts(employer, fair.slug),
        "stands": [participation] if services.has_stand(participation, utcnow()) else [],
        "recent": queries.list_recent(participation, 5),
        "met": queries.count_met(participation),
        "back": "scan",
    }


def _asked(contact: BoothContact) -> ResponseReturnValue:
    """Say whom the ticket asks, masked, and be ready for the next one."""
    name = contact.registration.student.masked_name
    say(_("%(name)s is asked now and answers on their own phone.", name=name))
    return redirect(url_for("intents.scan", slug=contact.participation.fair.slug), 303)


def _why_not(met: BoothContact | Fault) -> str:
    """Why nobody is asked: a code that is no good, or a student who said no."""
    return str(_(met.label if isinstance(met, Fault) else met.state.label))
