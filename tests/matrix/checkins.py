"""Who may enter the gates, the scanner, tickets' addresses, posters and the help desk."""

GATES = {"gate_staff", "help_desk", "supervisor", "planner", "administrator"}
SCANNERS = {"gate_staff", "help_desk", "supervisor", "administrator"}
MANAGERS = {"help_desk", "supervisor", "planner", "administrator"}
SCREENS = {"supervisor", "planner", "administrator"}
BOARD = {"help_desk", "supervisor", "planner", "administrator"}
DESK = {"help_desk", "supervisor", "administrator"}

ROWS = {
    "checkins.gates": GATES,
    "checkins.set_up_gates": GATES,
    "checkins.poster_print": GATES,
    "checkins.posters_print": GATES,
    "checkins.new_gate": MANAGERS,
    "checkins.edit_gate": MANAGERS,
    "checkins.close_gate": MANAGERS,
    "checkins.reopen_gate": MANAGERS,
    "checkins.make_display_link": SCREENS,
    "checkins.revoke_display_link": SCREENS,
    "checkins.gate": SCANNERS,
    "checkins.gate_online": SCANNERS,
    # The page without anybody's data; it proves itself by a device's token.
    "checkins.shell": "everybody",
    "checkins.worker": "everybody",
    "checkins.manifest": "everybody",
    "checkins.scanner_icon": "everybody",
    "checkins.gate_status": SCANNERS,
    "checkins.record_scans": SCANNERS,
    "checkins.decide": SCANNERS,
    "checkins.undo": SCANNERS,
    # Opens for everybody, to each their own: the check-in, the ticket, or the fair's page.
    "checkins.open_ticket": "everybody",
    "checkins.check_in_by_link": SCANNERS,
    "checkins.poster": "everybody",
    # A gate's screen: staff, or a display link. What its code opens: everybody.
    "checkins.screen": BOARD,
    "checkins.screen_codes": BOARD,
    "checkins.open_live_code": "everybody",
    "checkins.check_in_self": {"student"},
    "checkins.arrive": {"recruiter", "owner"},
    "checkins.devices": MANAGERS,
    "checkins.device": MANAGERS,
    "checkins.enrol_phone": MANAGERS,
    "checkins.revoke_device": MANAGERS,
    "checkins.set_pin": DESK,
    "checkins.void_range": DESK,
    "checkins.aside": MANAGERS,
    "checkins.take_in": DESK,
    "checkins.leave_out": DESK,
    "checkins.papers": DESK,
    "checkins.paper": DESK,
    "checkins.apply_paper": DESK,
    "checkins.undo_paper": DESK,
    "checkins.conflicts": MANAGERS,
    "checkins.keep_scan": DESK,
    "checkins.accept_scans": DESK,
    "checkins.undo_ruling": DESK,
    "checkins.desk": DESK,
    "checkins.check_in_at_desk": DESK,
    "checkins.register_at_desk": DESK,
    "checkins.reissue": DESK,
    "checkins.slip": DESK,
    # Says who is signed in, or 401.
    "checkins.scanner_session": "everybody",
    "checkins.enrol_own": SCANNERS,
    "checkins.enrol_booth": {"recruiter", "owner"},
    # Whoever holds a fresh secret becomes a device.
    "checkins_api.redeem": "everybody",
    "checkins_api.take_scans": "device",
    "checkins_api.roster": "device",
}
