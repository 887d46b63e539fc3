"""Sharing the check of a long file with a child: it reads the rows, who waits for it judges them.

What a row says is found out from its cells alone and takes the longest; what it means here
needs the database and the rows before it. The child does the first under limits of its own,
knows no database, no settings and no secrets, and is one chunk ahead at most, as far as a pipe
reaches.
"""

from app.imports.sharing.helper import Helper, HelperEnded, start_helper

__all__ = ["Helper", "HelperEnded", "start_helper"]
