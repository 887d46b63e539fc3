"""What is done with employers, their people and their positions."""

from app.employers.pay import Pay, parse_pay
from app.employers.services.index import (
    SEARCHED,
    clear_index,
    close_past,
    index_employer,
    index_positions,
    initials_of,
    open_positions,
)
from app.employers.services.members import (
    change_role,
    invite_member,
    notify_members,
    remove_member,
    send_invitation_again,
)
from app.employers.services.positions import (
    PositionDetails,
    archive_position,
    copy_position,
    create_position,
    edit_position,
    restore_position,
)
from app.employers.services.profiles import (
    CompanyKnown,
    Profile,
    SignUp,
    attach_licence,
    create_employer,
    edit_profile,
    resubmit,
    sign_up,
    tidy_name,
)
from app.employers.services.review import (
    approve_employer,
    reject_employer,
    return_employer,
    suspend_employer,
    unsuspend_employer,
)
from app.employers.uscc import Checked, NumberRefused, PersonalNumber, check_uscc
from app.employers.wording import Hint, WordingRule, find_hints, hints_in, mark, read_openings

__all__ = [
    "SEARCHED",
    "Checked",
    "CompanyKnown",
    "Hint",
    "NumberRefused",
    "Pay",
    "PersonalNumber",
    "PositionDetails",
    "Profile",
    "SignUp",
    "WordingRule",
    "approve_employer",
    "archive_position",
    "attach_licence",
    "change_role",
    "check_uscc",
    "clear_index",
    "close_past",
    "copy_position",
    "create_employer",
    "create_position",
    "edit_position",
    "edit_profile",
    "find_hints",
    "hints_in",
    "index_employer",
    "index_positions",
    "initials_of",
    "invite_member",
    "mark",
    "notify_members",
    "open_positions",
    "parse_pay",
    "read_openings",
    "reject_employer",
    "remove_member",
    "restore_position",
    "resubmit",
    "return_employer",
    "send_invitation_again",
    "sign_up",
    "suspend_employer",
    "tidy_name",
    "unsuspend_employer",
]
