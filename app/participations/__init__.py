"""An employer at a fair: application, people, booth."""
