"""Who may enter a student's own pages."""

ROWS = {
    "students.profile": {"student"},
    "students.resume": {"student"},
    "students.resume_file": {"student"},
    "students.remove_resume": {"student"},
    "students.ask_remove_resume": {"student"},
}
