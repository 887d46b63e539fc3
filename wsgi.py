"""The door of the WSGI server: ``granian --interface wsgi wsgi:app`` or ``flask --app wsgi``."""

import gc

from app.factory import create_app

app = create_app()
# What was made by now stays for good. To look through it for garbage stopped every thread for
# 0.2 s whenever a large answer had been made (docs/decisions/0011).
gc.collect()
gc.freeze()
