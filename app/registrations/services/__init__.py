"""What may be done with places at fairs and the tickets that prove them."""

from app.registrations.services.answers import (
    Answers,
    AnswersClosed,
    forget_answers_of,
    forget_old_answers,
    log_table,
    may_answer,
    remove_file,
    save_answers,
)
from app.registrations.services.eligibility import (
    NotEligible,
    Rules,
    UnknownSchools,
    check_eligible,
    set_eligibility,
)
from app.registrations.services.entries import (
    JOINED,
    confirm_phone,
    join_account,
    register_at_desk,
    register_by_phone,
    register_student,
    register_unverified,
)
from app.registrations.services.issuing import FairIsOver, NoTicket, reissue_ticket, ticket_code
from app.registrations.services.places import (
    RegistrationClosed,
    cancel,
    come_back,
    move_up,
    register,
)
from app.registrations.services.telling import (
    forget_reminders,
    is_reminder_time,
    mark_reminded,
    reminder_at,
    tell,
)

__all__ = [
    "JOINED",
    "Answers",
    "AnswersClosed",
    "FairIsOver",
    "NoTicket",
    "NotEligible",
    "RegistrationClosed",
    "Rules",
    "UnknownSchools",
    "cancel",
    "check_eligible",
    "come_back",
    "confirm_phone",
    "forget_answers_of",
    "forget_old_answers",
    "forget_reminders",
    "is_reminder_time",
    "join_account",
    "log_table",
    "mark_reminded",
    "may_answer",
    "move_up",
    "register",
    "register_at_desk",
    "register_by_phone",
    "register_student",
    "register_unverified",
    "reissue_ticket",
    "reminder_at",
    "remove_file",
    "save_answers",
    "set_eligibility",
    "tell",
    "ticket_code",
]
