"""What the QR codes open: a ticket's, and a gate poster's. Opening changes nothing."""

from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from app.accounts.permissions import Permission
from app.checkins import queries, services
from app.checkins.forms import ScanForm, SelfForm
from app.checkins.models import Gate
from app.checkins.services import DoorFacts, HallFacts, IncomingScan
from app.checkins.services.screens import read_gate_ref
from app.checkins.states import GREEN, Evidence, ScanSource
from app.checkins.verdicts import may_be_overridden, may_decide, words_of
from app.checkins.views import screens
from app.checkins.views.door import bp, counts_of, may, spoken, who
from app.core.clock import utcnow
from app.core.codes import uuid7
from app.core.errors import Forbidden, NotFound
from app.core.transaction import transaction
from app.employers import queries as employers
from app.participations import queries as participations
from app.participations import services as arrivals
from app.participations.models import Participation
from app.participations.states import ParticipationStatus
from app.registrations import queries as registrations
from app.registrations.models import Registration, Ticket
from app.registrations.sessions import own_walk_in
from app.registrations.states import RegistrationStatus
from app.students import queries as students
from app.tours.models import Fair
from app.tours.states import PAST_OR_OFF
from app.web.access import public, requires
from app.web.forms import answer
from app.web.templating import url_if

MAY_ARRIVE = frozenset({ParticipationStatus.APPROVED, ParticipationStatus.CONFIRMED})


@bp.get("/t/<code>")
@public
def open_ticket(code: str) -> ResponseReturnValue:
    """A ticket's QR: for gate staff a confirm page, for its owner the ticket, else the fair."""
    ticket = _find_ticket(code)
    if ticket is None:
        return redirect(url_if("pages.home") or "/")
    registration = ticket.registration
    if current_user.is_authenticated and may(Permission.CHECKIN_RECORD, registration.fair):
        return _confirm_page(code, ticket, ScanForm(id=uuid7()))
    owner = registration.student.user_id
    if current_user.is_authenticated and owner == current_user.id:
        return redirect(url_for("registrations.ticket", uid=registration.uid))
    # Whoever else reads it learns where the fair is, and nothing about the ticket.
    fair = registration.fair
    page = url_if("pages.fair", slug=fair.slug) if fair.is_public else ""
    return redirect(page or url_if("pages.home") or "/")


@bp.post("/t/<code>/check-in")
@requires(Permission.CHECKIN_RECORD)
def check_in_by_link(code: str) -> ResponseReturnValue:
    """The one button of the confirm page."""
    ticket = _find_ticket(code)
    if ticket is None or not may(Permission.CHECKIN_RECORD, ticket.registration.fair):
        raise NotFound()
    form, fair = ScanForm(), ticket.registration.fair
    if not form.validate_on_submit():
        return _confirm_page(code, ticket, form)
    gate = _gate(fair, form.gate.data)
    scan = IncomingScan(id=form.id.data, ticket_hash=ticket.hash, direction=form.direction.data)
    hall, actor = HallFacts.of(fair), who()
    facts = DoorFacts.of(gate) if gate else None
    with transaction():
        [said] = services.record_scans(
            hall, [scan], gate=facts, actor=actor, source=ScanSource.STAFF
        )
    return render_template(
        "checkins/ticket_verdict.html",
        fair=fair,
        gate=gate,
        scan=scan,
        said=said,
        words=spoken(said, fair, gate),
        counts=counts_of(fair),
        may_decide=may_decide(said.code),
        may_override=may(Permission.CHECKIN_OVERRIDE, fair) and may_be_overridden(said.code),
    )


def _find_ticket(code: str) -> Ticket | None:
    hash_ = registrations.hash_from_text(code)
    return registrations.find_ticket_by_hash(hash_) if hash_ else None


def _confirm_page(code: str, ticket: Ticket, form: ScanForm) -> ResponseReturnValue:
    fair = ticket.registration.fair
    own = queries.gate_of(fair, current_user)
    return answer(
        "checkins/ticket_confirm.html",
        form,
        code=code,
        fair=fair,
        student=ticket.registration.student,
        gates=queries.list_gates(fair, open_only=True),
        own=own,
        counts=counts_of(fair),
    )


def _gate(fair: Fair, gate_id: str | None) -> Gate | None:
    return queries.get_gate(fair, int(gate_id)) if gate_id else None


# -- the poster, and the page behind a screen's code --------------------------------------


@bp.get("/g/<code>")
@public
def poster(code: str) -> ResponseReturnValue:
    """Am I here? A gate's poster, or its screen for whoever holds a pass."""
    gate, is_screen = _get_gate(code)
    if is_screen and screens.own_pass(gate) is None:
        return screens.code_is_over(gate.fair)
    return _poster_page(gate, SelfForm(id=uuid7()), code)


@bp.post("/g/<code>/check-in")
@public
def check_in_self(code: str) -> ResponseReturnValue:
    """I am here: a student's own check-in, also of a walk-in without an account."""
    (gate, is_screen), form = _get_gate(code), SelfForm()
    registration = _own_registration(gate.fair)
    if registration is None:
        if not current_user.is_authenticated:
            return redirect(url_for("accounts.login", next=url_for(".poster", code=code)), 303)
        if not current_user.is_student:
            raise Forbidden()
    held = screens.own_pass(gate) if is_screen else None
    if is_screen and held is None:
        return screens.code_is_over(gate.fair)
    if registration is None or not form.validate_on_submit() or gate.closed_at:
        return _poster_page(gate, form, code)
    fair, actor = gate.fair, who() if current_user.is_authenticated else None
    with transaction():
        said = services.check_in_self(
            registration,
            gate=gate,
            by=actor,
            scan_id=held.scan_id if held else form.id.data,
            evidence=Evidence.SCREEN_CODE if held else Evidence.POSTER,
        )
    page = render_template(
        "checkins/self_verdict.html",
        fair=fair,
        gate=gate,
        registration=registration,
        said=said,
        words=words_of(said, fair, gate.name, to_oneself=True),
        may_retry=said.code not in GREEN,
        retry_url="" if is_screen else url_for(".poster", code=code),
    )
    return screens.without_pass(page) if is_screen else page


@bp.post("/g/<code>/arrive")
@requires(Permission.CANDIDATE_READ)
def arrive(code: str) -> ResponseReturnValue:
    """We are here: an employer's own arrival."""
    gate, _ = _get_gate(code)
    own = _own_participation(gate.fair)
    if own is None:
        raise NotFound()
    with transaction():
        arrivals.record_arrival(own, by=current_user, via="poster")
    return redirect(url_for(".poster", code=code), 303)


def _get_gate(code: str) -> tuple[Gate, bool]:
    """The gate an address names, and whether it is the address behind its screen."""
    gate_id = read_gate_ref(code.upper())
    gate = queries.find_gate_by_code(code) if gate_id is None else queries.find_gate(gate_id)
    if gate is None or not gate.fair.is_public:
        raise NotFound()
    return gate, gate_id is not None


def _own_registration(fair: Fair) -> Registration | None:
    """The place at a fair, if it stands, of who is signed in or registered in this browser."""
    if not current_user.is_authenticated:
        found = own_walk_in(fair)
    elif current_user.is_student:
        student = students.find_student(current_user)
        found = registrations.find_registration(fair, student) if student else None
    else:
        return None
    if found is None or found.status is RegistrationStatus.CANCELLED:
        return None
    return found


def _own_participation(fair: Fair) -> Participation | None:
    """The signed-in recruiter's company at a fair."""
    if not (current_user.is_authenticated and current_user.is_employer):
        return None
    employer = employers.find_own_employer(current_user)
    return participations.find_own(fair, employer) if employer else None


def _poster_page(gate: Gate, form: SelfForm, code: str) -> ResponseReturnValue:
    fair = gate.fair
    registration, company = _own_registration(fair), _own_participation(fair)
    now = utcnow()
    phase = fair.phase_at(now)
    return answer(
        "checkins/poster.html",
        form,
        fair=fair,
        gate=gate,
        code=code,
        registration=registration,
        attendance=queries.find_attendance(registration.id) if registration else None,
        company=company,
        may_arrive=company is not None and company.status in MAY_ARRIVE,
        has_arrived=company is not None and company.status is ParticipationStatus.ARRIVED,
        here=url_for(".poster", code=code),
        phase=phase if phase in PAST_OR_OFF else None,
        may_register=fair.takes_registrations_at(now),
    )
