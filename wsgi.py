"""The door of the WSGI server: ``granian --interface wsgi wsgi:app`` or ``flask --app wsgi``."""

from app.factory import create_app

app = create_app()
