"""A student without a hand free: a one-time code, sent to their phone, read out at the booth."""

from app.accounts.models import User
from app.accounts.services import check_code, request_code
from app.accounts.states import CodeOutcome, CodePurpose
from app.core.errors import DomainError
from app.core.text import N_
from app.intents.models import Intent
from app.intents.services.ladder import NothingOpen, confirm
from app.intents.services.record import check_standing, hold
from app.intents.states import Side, Step, Via
from app.notices.services import budget_of


class NoPhone(DomainError):
    """There is no phone a code could go to."""

    code = "no-phone"
    message = N_("This student has no confirmed phone. They have to confirm on the page itself.")


def act_subject(intent: Intent) -> str:
    """What a code is for, so that it opens nothing else: this ladder, this act, this position."""
    position = intent.position.uid if intent.position else "-"
    return f"intent:{intent.uid}:preliminary:{position}"


def send_act_code(intent: Intent, *, nonce: str, act: str, by: User) -> None:
    """Send the student a code for the employer's open proposal.

    ``act`` names it in the student's language; ``nonce`` is the employer's browser, the only
    one that can use the code.
    """
    intent = hold(intent)
    phone = _check(intent)
    request_code(
        CodePurpose.ACT,
        phone,
        nonce=nonce,
        subject=act_subject(intent),
        locale=(intent.student.user.locale if intent.student.user else None) or "zh_Hans",
        budget_key=budget_of(intent.fair_id),
        words={"act": act},
    )


def confirm_by_code(intent: Intent, code: str, *, nonce: str, by: User) -> CodeOutcome:
    """Confirm for the student with the code they read out. Commit whatever the outcome is."""
    intent = hold(intent)
    phone = _check(intent)
    subject = act_subject(intent)
    outcome = check_code(CodePurpose.ACT, phone, code, nonce=nonce, subject=subject)
    if outcome is CodeOutcome.OK:
        confirm(intent, side=Side.STUDENT, by=by, key=intent.proposal_key, via=Via.CODE)
    return outcome


def _check(intent: Intent) -> str:
    check_standing(intent)
    if intent.proposed_by is not Side.EMPLOYER or intent.proposed_step is not Step.PRELIMINARY:
        raise NothingOpen()
    user = intent.student.user
    if user is None or not user.phone:
        raise NoPhone()
    return user.phone
