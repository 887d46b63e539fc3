"""The ladder that both sides climb (DOMAIN, section 5)."""

from app.core.states import Flow, Word
from app.core.text import N_


class Step(Word):
    """The rungs, lowest first, and the four ways a ladder ends."""

    CONTACTED = "contacted", N_("Scanned at the booth")
    RESUME_RECEIVED = "resume_received", N_("Resume received")
    SHORTLISTED = "shortlisted", N_("Shortlisted")
    INTERVIEWED = "interviewed", N_("Interviewed on site")
    PRELIMINARY = "preliminary", N_("Preliminary intent")
    AGREEMENT_SIGNED = "agreement_signed", N_("Letter of intent signed")
    OFFERED = "offered", N_("Offer made")
    TRIPARTITE_SIGNED = "tripartite_signed", N_("Tripartite agreement signed")
    CONTRACT_SIGNED = "contract_signed", N_("Employment contract signed")
    ONBOARDED = "onboarded", N_("Started work")
    DECLINED_BY_STUDENT = "declined_by_student", N_("Declined by the student")
    DECLINED_BY_EMPLOYER = "declined_by_employer", N_("Declined by the employer")
    WITHDRAWN = "withdrawn", N_("Intent withdrawn")
    LAPSED = "lapsed", N_("Lapsed")


LADDER = (
    Step.CONTACTED,
    Step.RESUME_RECEIVED,
    Step.SHORTLISTED,
    Step.INTERVIEWED,
    Step.PRELIMINARY,
    Step.AGREEMENT_SIGNED,
    Step.OFFERED,
    Step.TRIPARTITE_SIGNED,
    Step.CONTRACT_SIGNED,
    Step.ONBOARDED,
)
RANK = {step: number for number, step in enumerate(LADDER)}
ENDINGS = frozenset(
    {Step.DECLINED_BY_STUDENT, Step.DECLINED_BY_EMPLOYER, Step.WITHDRAWN, Step.LAPSED}
)
# From here on an intent counts as reached (达成意向).
REACHED_RANK = RANK[Step.PRELIMINARY]
# What the employer or the organiser records later, with evidence.
LATER = frozenset({Step.OFFERED, Step.TRIPARTITE_SIGNED, Step.CONTRACT_SIGNED, Step.ONBOARDED})

# What the employer marks alone; never counted as an intent.
MARKS = frozenset({Step.SHORTLISTED, Step.INTERVIEWED})


def _moves() -> dict[Step, frozenset[Step]]:
    """Up to the preliminary intent in any stride, beyond it only from it; endings from anywhere.

    A rung set by mistake may be taken back, and an ended ladder is climbed again from below
    the preliminary intent, which both sides then confirm anew.
    """
    below = frozenset(step for step in LADDER if RANK[step] < REACHED_RANK)
    moves = {}
    for step in LADDER:
        if RANK[step] < REACHED_RANK:
            moves[step] = (below - {step}) | {Step.PRELIMINARY} | ENDINGS
        else:
            moves[step] = frozenset(LADDER[REACHED_RANK:]) - {step} | ENDINGS
    return moves | dict.fromkeys(ENDINGS, below | ENDINGS)


INTENT_FLOW = Flow(_moves())


class Side(Word):
    """Who acted."""

    STUDENT = "student", N_("Student")
    EMPLOYER = "employer", N_("Employer")
    ORGANISER = "organiser", N_("Organiser")
    SYSTEM = "system", N_("System")


class Act(Word):
    """What was done on a rung."""

    SET = "set", N_("Noted")
    PROPOSED = "proposed", N_("Proposed")
    CONFIRMED = "confirmed", N_("Confirmed")
    REFUSED = "refused", N_("Answered with no")
    TAKEN_BACK = "taken_back", N_("Taken back")
    ENDED = "ended", N_("Ended")
    REOPENED = "reopened", N_("Reopened")
    MOVED = "moved", N_("Position changed")
    REMINDED = "reminded", N_("Reminded")


class AgreementStatus(Word):
    """Where a letter of intent stands."""

    PROPOSED = "proposed", N_("Waiting for the other side")
    SIGNED = "signed", N_("Valid")
    WITHDRAWN = "withdrawn", N_("Letter withdrawn")
    REFUSED = "refused", N_("Not signed")
    LAPSED = "lapsed", N_("Lapsed")


AGREEMENT_FLOW = Flow(
    {
        AgreementStatus.PROPOSED: {
            AgreementStatus.SIGNED,
            AgreementStatus.WITHDRAWN,
            AgreementStatus.REFUSED,
            AgreementStatus.LAPSED,
        },
        AgreementStatus.SIGNED: {AgreementStatus.WITHDRAWN},
    }
)


class ConsentPurpose(Word):
    """What a consent is for."""

    FAIR = "fair", N_("Taking part in fairs")
    SHARE = "share", N_("Resume and phone to one employer")
    NEWS = "news", N_("Messages about later fairs")


class Given(Word):
    """What a student gives an employer."""

    RESUME = "resume", N_("Resume, name and phone")
    CONTACT = "contact", N_("Name and phone only")


class Via(Word):
    """By which way an act came, as the ladder shows it."""

    BOOTH = "booth", N_("booth code scanned")
    TICKET = "ticket", N_("ticket scanned")
    OWN = "own", N_("own device")
    CODE = "code", N_("code read out")
    DESK = "desk", N_("organiser")
    NONE = "", ""


class Fault(Word):
    """Why nobody can be asked by a ticket that was read at a booth."""

    UNKNOWN = "unknown", N_("This code is not known. Ask them to open their ticket and try again.")
    REPLACED = "replaced", N_("This ticket was replaced. Ask them to open the new one.")
    ELSEWHERE = "elsewhere", N_("This ticket is for another fair.")
    NOT_REGISTERED = "not_registered", N_("This person is not registered for the fair now.")
    CAPPED = "capped", N_("You have scanned as many people as one person may in a day.")


class ContactState(Word):
    """Where a contact of a stand is: what the student makes of it decides."""

    WAITING = "waiting", N_("Waiting for the student")
    CONFIRMED = "confirmed", N_("The student said yes")
    DECLINED = "declined", N_("The student said no")
    WITHDRAWN = "withdrawn", N_("Taken back by your company")
    EXPIRED = "expired", N_("Nobody answered in time")


# A student may always give by themselves; nobody asks again who has said no.
CONTACT_FLOW = Flow(
    {
        ContactState.WAITING: {
            ContactState.CONFIRMED,
            ContactState.DECLINED,
            ContactState.WITHDRAWN,
            ContactState.EXPIRED,
        },
        ContactState.CONFIRMED: {ContactState.DECLINED},
        ContactState.DECLINED: {ContactState.CONFIRMED},
        ContactState.WITHDRAWN: {
            ContactState.WAITING,
            ContactState.CONFIRMED,
            ContactState.DECLINED,
        },
        ContactState.EXPIRED: {
            ContactState.WAITING,
            ContactState.CONFIRMED,
            ContactState.DECLINED,
        },
    }
)
# What a stand may propose with a scan, lowest first.
STAND_STEPS = (Step.RESUME_RECEIVED, Step.SHORTLISTED, Step.INTERVIEWED, Step.PRELIMINARY)


# The wording of the consent to share, by version; the sentence itself is kept with each consent.
SHARE_TEXT_VERSION = "share-2026-01"
# Notes an employer ticks on a candidate; the student never sees them.
TAGS = (
    N_("Right major"),
    N_("Can start an internship early"),
    N_("Wants to come to our city"),
    N_("Second interview"),
)


class Warmth(Word):
    """How much one recruiter wants a candidate."""

    HOT = "hot", N_("Hot")
    WARM = "warm", N_("Warm")
    COLD = "cold", N_("Cold")
