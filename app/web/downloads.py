"""How files leave: as attachments of a known type, never rendered by us."""

from io import BytesIO

from flask import Response, send_file

from app.core.files import StoredFile, path_of


def send_stored(row: StoredFile, *, inline: bool = False) -> Response:
    """A kept file under its shown name; ``inline`` only for what browsers show in a sandbox."""
    response = send_file(
        path_of(row.file_key or ""),
        mimetype=row.file_type,
        as_attachment=not inline,
        download_name=row.file_name,
        max_age=0,
    )
    return _sealed(response)


def send_bytes(data: bytes, *, name: str, media_type: str) -> Response:
    """Bytes made now, as a download."""
    response = send_file(BytesIO(data), mimetype=media_type, as_attachment=True, download_name=name)
    return _sealed(response)


def _sealed(response: Response) -> Response:
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response.headers["Cache-Control"] = "no-store"
    return response
