"""Students and their resumes."""
