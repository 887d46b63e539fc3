"""What the organiser writes to many of a fair at once: to whom, what, and what came of it."""
