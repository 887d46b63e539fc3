"""The vocabulary of permissions, and which role holds which: one page to read."""

from dataclasses import dataclass, field

from app.core.states import Word
from app.core.text import N_


class Permission(Word):
    """Named ``<resource>:<action>``; kept in alphabetical order."""

    AGREEMENT_RECORD = "agreement:record", N_("Record later steps of an intent with evidence")
    AUDIT_READ = "audit:read", N_("Read the activity log")
    BOARD_READ = "board:read", N_("Open the live board")
    BOOTH_ASSIGN = "booth:assign", N_("Lay out the hall and assign booths")
    CANDIDATE_READ = "candidate:read", N_("See the candidates of one's own company")
    CHECKIN_OVERRIDE = "checkin:override", N_("Let somebody in against the verdict, undo any scan")
    CHECKIN_RECORD = "checkin:record", N_("Scan at a gate")
    DEVICE_MANAGE = "device:manage", N_("Enrol and revoke gate phones")
    DISPLAY_MANAGE = "display:manage", N_("Make and revoke display links")
    EMPLOYER_APPLY = "employer:apply", N_("Apply for fairs in the company's name")
    EMPLOYER_EDIT = "employer:edit", N_("Edit the company's profile and positions")
    EMPLOYER_MEMBERS = "employer:members", N_("Invite and remove colleagues")
    EMPLOYER_READ = "employer:read", N_("See all employers")
    EMPLOYER_REVIEW = "employer:review", N_("Review employers and their applications")
    FAIR_CLOSE = "fair:close", N_("Close a fair and freeze its figures")
    FAIR_EDIT = "fair:edit", N_("Plan tours, venues and fairs")
    FAIR_PUBLISH = "fair:publish", N_("Publish, postpone and cancel fairs")
    FAIR_READ = "fair:read", N_("See tours and fairs before they are published")
    HELPDESK_USE = "helpdesk:use", N_("Find people at the help desk, register, re-issue, print")
    IMPORT_RUN = "import:run", N_("Import spreadsheets")
    INTENT_RECORD = "intent:record", N_("Record intents for one's own company")
    MESSAGE_EMPLOYERS = "message:employers", N_("Write to the employers of a fair")
    MESSAGE_STUDENTS = "message:students", N_("Write to the students of a fair")
    NOTICE_READ = "notice:read", N_("See the outbox")
    REGISTRATION_READ = "registration:read", N_("See who is registered, with their answers")
    REPORT_READ = "report:read", N_("Read reports and export them")
    SETTING_EDIT = "setting:edit", N_("Change settings and retention")
    STAFF_HOME = "staff:home", N_("Open the organiser's pages")
    STAFF_MANAGE = "staff:manage", N_("Invite staff and give roles")
    STUDENT_SELF = "student:self", N_("Register, hold a ticket, share, confirm")
    TARGET_EDIT = "target:edit", N_("Set targets and enter external totals")


class Role(Word):
    """What somebody is here to do."""

    ADMINISTRATOR = "administrator", N_("Administrator")
    PLANNER = "planner", N_("Planner")
    REVIEWER = "reviewer", N_("Reviewer")
    SUPERVISOR = "supervisor", N_("Supervisor")
    HELP_DESK = "help_desk", N_("Help desk")
    GATE_STAFF = "gate_staff", N_("Gate staff")
    STAFF = "staff", N_("Staff")
    EMPLOYER_OWNER = "employer_owner", N_("Company owner")
    RECRUITER = "recruiter", N_("Recruiter")
    STUDENT = "student", N_("Student")


# The roles that are given with a scope, in a StaffRole row.
STAFF_ROLES = (
    Role.ADMINISTRATOR,
    Role.PLANNER,
    Role.REVIEWER,
    Role.SUPERVISOR,
    Role.HELP_DESK,
    Role.GATE_STAFF,
)
EMPLOYER_ROLES = (Role.EMPLOYER_OWNER, Role.RECRUITER)


class ScopeKind(Word):
    """How far a staff role reaches."""

    BUREAU = "bureau", N_("Whole bureau")
    DELEGATION = "delegation", N_("One delegation")
    FAIR = "fair", N_("One fair")


P = Permission
_GATE = {P.STAFF_HOME, P.CHECKIN_RECORD}
_DESK = _GATE | {P.CHECKIN_OVERRIDE, P.HELPDESK_USE, P.DEVICE_MANAGE, P.BOARD_READ, P.FAIR_READ}
_RECRUITER = {P.CANDIDATE_READ, P.INTENT_RECORD, P.EMPLOYER_EDIT}

GRANTS: dict[Role, frozenset[Permission]] = {
    Role.ADMINISTRATOR: frozenset(P)
    - {P.STUDENT_SELF, P.EMPLOYER_APPLY, P.EMPLOYER_EDIT, P.EMPLOYER_MEMBERS}
    - {P.CANDIDATE_READ, P.INTENT_RECORD},
    Role.PLANNER: frozenset(
        {
            P.AGREEMENT_RECORD,
            P.BOARD_READ,
            P.BOOTH_ASSIGN,
            P.DEVICE_MANAGE,
            P.DISPLAY_MANAGE,
            P.EMPLOYER_READ,
            P.EMPLOYER_REVIEW,
            P.FAIR_CLOSE,
            P.FAIR_EDIT,
            P.FAIR_PUBLISH,
            P.FAIR_READ,
            P.IMPORT_RUN,
            P.MESSAGE_EMPLOYERS,
            P.MESSAGE_STUDENTS,
            P.NOTICE_READ,
            P.REGISTRATION_READ,
            P.REPORT_READ,
            P.STAFF_HOME,
        }
    ),
    Role.REVIEWER: frozenset(
        {
            P.EMPLOYER_READ,
            P.EMPLOYER_REVIEW,
            P.FAIR_READ,
            P.MESSAGE_EMPLOYERS,
            P.REPORT_READ,
            P.STAFF_HOME,
        }
    ),
    Role.SUPERVISOR: frozenset(_DESK | {P.DISPLAY_MANAGE}),
    Role.HELP_DESK: frozenset(_DESK),
    Role.GATE_STAFF: frozenset(_GATE),
    Role.STAFF: frozenset(),
    Role.EMPLOYER_OWNER: frozenset(_RECRUITER | {P.EMPLOYER_APPLY, P.EMPLOYER_MEMBERS}),
    Role.RECRUITER: frozenset(_RECRUITER),
    Role.STUDENT: frozenset({P.STUDENT_SELF}),
}


@dataclass(frozen=True)
class Scope:
    """How far one permission of one person reaches.

    ``bureau`` means everything; otherwise the ids of delegations and fairs named here.
    Queries take it: what lies outside is not found.
    """

    bureau: bool = False
    delegations: frozenset[int] = field(default_factory=frozenset)
    fairs: frozenset[int] = field(default_factory=frozenset)

    @property
    def is_empty(self) -> bool:
        """Whether it reaches nothing."""
        return not (self.bureau or self.delegations or self.fairs)
