"""What the headers of every answer have to say, as a list of what is wrong with them."""

# Files that are made for downloads say less than a page may do.
SEALED = "default-src 'none'; sandbox"
# Parts of a page that ask again every few seconds: kept by that browser alone, and asked about.
ASKED_AGAIN = "private, no-cache"
# One text for everybody with nobody's data in it: a phone may keep it, and has to, for the day
# without a network.
FOR_EVERYBODY = frozenset(
    {
        "checkins.manifest",
        "checkins.scanner_icon",
        "checkins.shell",
        "checkins.worker",
    }
)


def faults_of(answer, *, signed_in):
    """What is wrong with an answer's headers; ``signed_in`` None: anybody may keep it."""
    headers = answer.headers
    yield from faults_of_policy(headers.get("Content-Security-Policy", ""))
    if headers.get("X-Content-Type-Options") != "nosniff":
        yield "sniffing"
    if headers.get("Referrer-Policy") != "same-origin":
        yield "referrer"
    if "Server" in headers and "Werkzeug" in headers["Server"]:
        yield "names its server"
    kept = headers.get("Cache-Control", "")
    if signed_in == "anonymous" and "public" in kept:
        yield f"may be shared: {kept}"
    if signed_in not in (None, "anonymous") and "no-store" not in kept and kept != ASKED_AGAIN:
        yield f"may be kept: {kept}"


def faults_of_policy(policy):
    if policy == SEALED:
        return
    for part in ("default-src 'self'", "frame-ancestors 'none'", "object-src 'none'"):
        if part not in policy:
            yield f"policy without {part}"
    if "unsafe-inline" in policy or "unsafe-eval'" in policy.replace("wasm-unsafe-eval", ""):
        yield "policy allows inline code"
