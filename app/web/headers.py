"""What every answer says to the browser about trust and caches."""

from flask import Flask, Response, request, session

CSP = "; ".join(
    (
        "default-src 'self'",
        "script-src 'self' 'wasm-unsafe-eval'",
        "img-src 'self' data: blob:",
        "object-src 'none'",
        "base-uri 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)
ALWAYS = [
    ("Content-Security-Policy", CSP),
    ("X-Content-Type-Options", "nosniff"),
    ("Referrer-Policy", "same-origin"),
    ("Permissions-Policy", "camera=(self), microphone=(), geolocation=()"),
    ("Cross-Origin-Opener-Policy", "same-origin"),
]
HSTS = ("Strict-Transport-Security", "max-age=31536000")


def init_app(app: Flask, *, https: bool) -> None:
    """Add the headers; HSTS only where the public address is https."""

    always = [*ALWAYS, HSTS] if https else ALWAYS
    # Added as they are to whatever a device is answered (app/web/lean.py).
    app.extensions["lean_headers"] = [*always, ("Cache-Control", "no-store")]

    @app.after_request
    def guard_answer(response: Response) -> Response:
        headers = response.headers
        for name, value in always:
            headers.setdefault(name, value)
        if request.endpoint in {"static", "bootstrap.static"}:
            if "v" in request.args:
                headers["Cache-Control"] = "public, max-age=31536000, immutable"
        elif request.path.startswith("/api/"):
            # Nobody's cookie is asked for: a device must be answered without a database too.
            headers.setdefault("Cache-Control", "no-store")
        elif "Cache-Control" not in headers:
            # A page can hold personal data as soon as somebody is signed in.
            # By the session alone: the database may be what this answer says does not answer.
            headers["Cache-Control"] = "no-store" if "_user_id" in session else "no-cache"
            headers.add("Vary", "Cookie")
            headers.add("Vary", "Accept-Language")
        return response
