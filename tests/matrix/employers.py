"""Who may enter the endpoints of this room."""

COMPANY = {"recruiter", "owner"}
READERS = {"reviewer", "planner", "administrator"}

ROWS = {
    "employers.archive_position": COMPANY,
    "employers.approve": READERS,
    "employers.change_role": {"owner"},
    "employers.check_position": COMPANY,
    "employers.copy_position": COMPANY,
    "employers.decide": READERS,
    "employers.edit_position": COMPANY,
    "employers.invite_again": {"owner"},
    "employers.members": {"owner"},
    "employers.new_position": COMPANY,
    "employers.own_licence": COMPANY,
    "employers.positions": COMPANY,
    "employers.profile": COMPANY,
    "employers.remove_member": {"owner"},
    "employers.restore_position": COMPANY,
    "employers.resubmit": COMPANY,
    "employers.sign_up": "everybody",
    "employers.staff_employer": READERS,
    "employers.staff_licence": READERS,
    "employers.staff_list": READERS,
    "employers.unsuspend": READERS,
    "employers.upload_licence": COMPANY,
}
