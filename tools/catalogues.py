"""Keep the Chinese translation complete: source strings are English, one .po file per room.

    python -m tools.catalogues build               merge the rooms into the file that is served
    python -m tools.catalogues missing [room …]    what has no translation yet; exit 1 if anything
    python -m tools.catalogues add [room …]        put what is missing into the rooms' files, empty
    python -m tools.catalogues obsolete [room …]   entries nothing uses any more; exit 1 if any
    python -m tools.catalogues prune [room …]      remove those

A string belongs to the room whose folder it stands in: ``app/<room>``, ``templates/<room>``,
``templates/emails/<room>``. A string used by several rooms needs one entry in any of their files;
two different translations of one string are an error, and so is a translation whose placeholders
are not those of its source. Strings that mean different things get a context (``pgettext``).
"""

import argparse
import os
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

from babel.messages import Catalog, Message
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import PoFileParser, normalize
from jinja2.ext import babel_extract

ROOT = Path(__file__).resolve().parent.parent
LOCALE = "zh_Hans"
SHEETS = Path("app", "translations", LOCALE)
SERVED = SHEETS / "LC_MESSAGES" / "messages.mo"

# Function → which arguments are the text; (n, "c") is the context.
KEYWORDS: dict[str, tuple[int | tuple[int, str], ...] | None] = {
    "_": None,
    "N_": None,
    "gettext": None,
    "lazy_gettext": None,
    "ngettext": (1, 2),
    "lazy_ngettext": (1, 2),
    "pgettext": ((1, "c"), 2),
    "lazy_pgettext": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
    "lazy_npgettext": ((1, "c"), 2, 3),
}
PYTHON_OPTIONS = {"encoding": "utf-8"}
TEMPLATE_OPTIONS = {
    "encoding": "utf-8",
    "silent": "false",
    "trimmed": "true",
    "newstyle_gettext": "true",
    "extensions": "jinja2.ext.do,jinja2.ext.loopcontrols",
}
TEMPLATE_SUFFIXES = {".html", ".txt", ".xml", ".svg"}

HEADER = f"""\
msgid ""
msgstr ""
"Language: {LOCALE}\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"Plural-Forms: nplurals=1; plural=0;\\n"
"""

Key = tuple[str, str | None]  # text (its singular), context


class CatalogueError(Exception):
    """The catalogues contradict themselves or cannot be read; one line per fault."""


@dataclass
class Source:
    """A string the product shows, and everywhere it stands."""

    text: str
    context: str | None
    plural: str | None = None
    places: list[str] = field(default_factory=list)
    rooms: list[str] = field(default_factory=list)

    @property
    def key(self) -> Key:
        return self.text, self.context


@dataclass(frozen=True)
class Entry:
    """A string in a room's file, and its translation ("" while there is none)."""

    room: str
    line: int
    text: str
    context: str | None
    plural: str | None
    translation: str
    is_fuzzy: bool
    comments: tuple[str, ...]

    @property
    def key(self) -> Key:
        return self.text, self.context

    @property
    def place(self) -> str:
        return f"{(SHEETS / self.room).as_posix()}.po:{self.line}"

    @property
    def is_done(self) -> bool:
        return bool(self.translation) and not self.is_fuzzy

    def serves(self, source: Source) -> bool:
        """Whether a reader sees this translation where `source` stands."""
        return self.is_done and self.key == source.key and bool(self.plural or not source.plural)


class _Sheet(Catalog):
    """A catalogue that also remembers entries given twice, which Babel drops silently."""

    def __init__(self) -> None:
        super().__init__(locale=LOCALE)
        self.listed: list[Message] = []

    def __setitem__(self, id: Any, message: Message) -> None:
        if id:
            self.listed.append(message)
        super().__setitem__(id, message)


# ---------------------------------------------------------------------------- reading


def room_of(path: Path) -> str:
    """The room that owns a file, given relative to the root."""
    folders = path.parts[:-1]
    if folders[:2] == ("templates", "emails"):
        return folders[2] if len(folders) > 2 else "emails"
    if len(folders) > 1:
        return folders[1]
    return "layouts" if folders[0] == "templates" else "factory"


def read_sources(root: Path = ROOT) -> list[Source]:
    """Every string of the code and the templates, in the order of the files."""
    found: dict[Key, Source] = {}
    for path, method, options in _files(root):
        place = path.relative_to(root)
        room = room_of(place)
        try:
            with path.open("rb") as stream:
                hits = list(extract(method, stream, KEYWORDS, (), options))
        except (SyntaxError, ValueError) as error:
            raise CatalogueError(f"{place.as_posix()}: {error}") from error
        except Exception as error:  # jinja2.TemplateSyntaxError knows its line
            line = getattr(error, "lineno", 0)
            raise CatalogueError(f"{place.as_posix()}:{line}: {error}") from error
        for line, message, _comments, context in hits:
            text, plural = (message, None) if isinstance(message, str) else message[:2]
            if not text:
                continue
            source = found.setdefault((text, context), Source(text, context))
            source.plural = source.plural or plural
            source.places.append(f"{place.as_posix()}:{line}")
            if room not in source.rooms:
                source.rooms.append(room)
    return list(found.values())


def _files(root: Path) -> Iterator[tuple[Path, Any, dict[str, str]]]:
    """Every file that may hold strings, with the way to read it."""
    for path in sorted((root / "app").rglob("*.py")):
        yield path, "python", PYTHON_OPTIONS
    for path in sorted((root / "templates").rglob("*")):
        if path.suffix in TEMPLATE_SUFFIXES and path.is_file():
            yield path, babel_extract, TEMPLATE_OPTIONS


def read_entries(root: Path = ROOT) -> list[Entry]:
    """Every entry of every room's file."""
    entries = []
    for path in sorted((root / SHEETS).glob("*.po")):
        sheet = _Sheet()
        try:
            with path.open("rb") as stream:
                PoFileParser(sheet, abort_invalid=True).parse(stream)
        except Exception as error:  # PoFileError, UnicodeDecodeError
            raise CatalogueError(f"{(SHEETS / path.name).as_posix()}: {error}") from error
        entries += [_entry(path.stem, message) for message in sheet.listed]
    return entries


def _entry(room: str, message: Message) -> Entry:
    text, plural = (message.id, None) if isinstance(message.id, str) else message.id[:2]
    string = message.string or ""
    return Entry(
        room=room,
        line=message.lineno or 0,
        text=text,
        context=message.context,
        plural=plural,
        translation=string if isinstance(string, str) else (string[0] or ""),
        is_fuzzy=message.fuzzy,
        comments=tuple(message.user_comments),
    )


# ---------------------------------------------------------------------------- judging


def find_untranslated(root: Path = ROOT, rooms: Sequence[str] = ()) -> list[str]:
    """One line for every string of the product without a finished translation, room by room."""
    lines = [
        f"{room}: {_quoted(source.text, source.context)}  ({source.places[0]})"
        for room, sources in _by_room(_missing(root), rooms).items()
        for source in sources
    ]
    lines += [
        f"{entry.room}: {_quoted(*entry.key)}  (fuzzy, {entry.place})"
        for entry in read_entries(root)
        if entry.is_fuzzy and (not rooms or entry.room in rooms)
    ]
    return sorted(lines, key=lambda line: line.split(":", 1)[0])


def find_obsolete(root: Path = ROOT, rooms: Sequence[str] = ()) -> list[str]:
    """One line for every entry that nothing uses any more."""
    return [
        f"{entry.room}: {_quoted(*entry.key)}  ({entry.place})"
        for entry in _obsolete(root)
        if not rooms or entry.room in rooms
    ]


def find_faults(root: Path = ROOT) -> list[str]:
    """One line for every contradiction and every translation that could not be filled in."""
    return _contradictions(read_entries(root))


def _contradictions(entries: Iterable[Entry]) -> list[str]:
    faults = []
    first: dict[Key, Entry] = {}
    for entry in entries:
        if not entry.is_done:
            continue
        other = first.setdefault(entry.key, entry)
        if other.translation != entry.translation:
            faults.append(
                f"{entry.place}: {_quoted(*entry.key)} is “{entry.translation}” here and "
                f"“{other.translation}” in {other.place}"
            )
        reason = _misfit(entry)
        if reason:
            faults.append(f"{entry.place}: {_quoted(*entry.key)}: {reason}")
    return faults


class _Asked(dict[str, int]):
    """Answers 1 to every placeholder and remembers which were asked for."""

    def __missing__(self, name: str) -> int:
        self[name] = 1
        return 1


def placeholders(text: str) -> set[str]:
    """Names of the ``%(name)s`` in a text; ValueError if it cannot be filled in."""
    asked = _Asked()
    try:
        text % asked
    except (TypeError, ValueError) as error:
        raise ValueError(str(error)) from error
    return set(asked)


def _misfit(entry: Entry) -> str | None:
    """Why the translation cannot stand in for its source, if it cannot."""
    sources = [text for text in (entry.text, entry.plural) if text]
    if not any("%(" in text or "%%" in text for text in sources):
        return "has a placeholder its source has not" if "%(" in entry.translation else None
    try:
        wanted = set().union(*(placeholders(text) for text in sources))
        given = placeholders(entry.translation)
    except ValueError as error:
        return f"a % that is neither %% nor a placeholder ({error})"
    # A singular or an uncounting language may leave the number out.
    optional = {"num"} if entry.plural else set()
    if given - wanted or wanted - given - optional:
        return f"placeholders {sorted(given)}, the source has {sorted(wanted)}"
    return None


def _missing(root: Path) -> list[Source]:
    entries: dict[Key, list[Entry]] = defaultdict(list)
    for entry in read_entries(root):
        entries[entry.key].append(entry)
    return [
        source
        for source in read_sources(root)
        if not any(entry.serves(source) for entry in entries[source.key])
    ]


def _obsolete(root: Path) -> list[Entry]:
    used = {source.key for source in read_sources(root)}
    return [entry for entry in read_entries(root) if entry.key not in used]


def _by_room(sources: Iterable[Source], rooms: Sequence[str]) -> dict[str, list[Source]]:
    """Each string once: under the first wanted room that uses it."""
    grouped: dict[str, list[Source]] = defaultdict(list)
    for source in sources:
        wanted = [room for room in source.rooms if not rooms or room in rooms]
        if wanted:
            grouped[wanted[0]].append(source)
    return dict(sorted(grouped.items()))


def _quoted(text: str, context: str | None) -> str:
    shown = text.replace("\n", "\\n")
    return f"“{shown}”" + (f" [{context}]" if context else "")


# ---------------------------------------------------------------------------- writing


def build(root: Path = ROOT) -> int:
    """Merge every finished translation into the served file; how many there are."""
    entries = read_entries(root)
    faults = _contradictions(entries)
    if faults:
        raise CatalogueError("\n".join(faults))
    # A fixed date: the same translations make the same file.
    merged = Catalog(locale=LOCALE, fuzzy=False, creation_date=datetime(2026, 1, 1, tzinfo=UTC))
    # A plural entry also answers for its singular, so it goes first and stays.
    for entry in sorted(entries, key=lambda entry: entry.plural is None):
        if entry.is_done and merged.get(entry.text, entry.context) is None:
            message = (entry.text, entry.plural) if entry.plural else entry.text
            string = (entry.translation,) if entry.plural else entry.translation
            merged.add(message, string, context=entry.context)
    served = BytesIO()
    write_mo(served, merged)
    _write(root / SERVED, served.getvalue())
    return len(merged)


def add(root: Path = ROOT, rooms: Sequence[str] = ()) -> dict[str, int]:
    """Append an empty entry for every string no file has; how many for each room."""
    listed: dict[Key, list[Entry]] = defaultdict(list)
    for entry in read_entries(root):
        listed[entry.key].append(entry)
    absent = [
        source
        for source in read_sources(root)
        if not any(entry.plural or not source.plural for entry in listed[source.key])
    ]
    added = {}
    for room, sources in _by_room(absent, rooms).items():
        path = root / SHEETS / f"{room}.po"
        text = path.read_text("utf-8").rstrip("\n") + "\n" if path.exists() else HEADER
        for source in sources:
            text += "\n" + _written(source.text, source.context, source.plural, "")
        _write(path, text.encode())
        added[room] = len(sources)
    return added


def prune(root: Path = ROOT, rooms: Sequence[str] = ()) -> int:
    """Remove what nothing uses any more; how many entries that were."""
    gone = [entry for entry in _obsolete(root) if not rooms or entry.room in rooms]
    affected = {entry.room for entry in gone}
    kept: dict[str, list[Entry]] = {room: [] for room in affected}
    for entry in read_entries(root):
        if entry.room in affected and entry not in gone:
            kept[entry.room].append(entry)
    for room, entries in kept.items():
        path = root / SHEETS / f"{room}.po"
        if entries:
            _write(path, "\n".join([HEADER, *map(_rewritten, entries)]).encode())
        else:
            path.unlink()
    return len(gone)


def _rewritten(entry: Entry) -> str:
    comments = "".join(f"# {comment}".rstrip() + "\n" for comment in entry.comments)
    flag = "#, fuzzy\n" if entry.is_fuzzy else ""
    return comments + flag + _written(entry.text, entry.context, entry.plural, entry.translation)


def _written(text: str, context: str | None, plural: str | None, translation: str) -> str:
    """An entry as it stands in a file."""
    lines = [f"msgctxt {normalize(context, width=0)}"] if context else []
    lines.append(f"msgid {normalize(text, width=0)}")
    if plural:
        lines.append(f"msgid_plural {normalize(plural, width=0)}")
    lines.append(f"msgstr{'[0]' if plural else ''} {normalize(translation, width=0)}")
    return "\n".join(lines) + "\n"


def _write(path: Path, content: bytes) -> None:
    """Replace a file in one step, and only if it changes."""
    if path.exists() and path.read_bytes() == content:
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(content)
        Path(name).chmod(0o644)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


# ---------------------------------------------------------------------------- commands


def main(arguments: Sequence[str] | None = None) -> int:
    """Do what the command line says; 1 if something is left to do."""
    summary = (__doc__ or "").partition("\n")[0]
    parser = argparse.ArgumentParser(prog="tools.catalogues", description=summary)
    parser.add_argument("command", choices=["build", "missing", "add", "obsolete", "prune"])
    parser.add_argument("rooms", nargs="*", help="only these rooms")
    given = parser.parse_args(arguments)
    try:
        return _obey(given.command, given.rooms)
    except CatalogueError as error:
        print(f"catalogues: {error}".replace("\n", "\ncatalogues: "), file=sys.stderr)
        return 1


def _obey(command: str, rooms: list[str]) -> int:
    if command == "build":
        print(f"catalogues: {build()} translations")
    elif command == "add":
        for room, count in add(rooms=rooms).items():
            print(f"{(SHEETS / room).as_posix()}.po: {count} to translate")
    elif command == "prune":
        print(f"catalogues: {prune(rooms=rooms)} entries removed")
    else:
        find = find_untranslated if command == "missing" else find_obsolete
        lines = find(rooms=rooms)
        print("\n".join(lines) if lines else f"catalogues: nothing {command}")
        return int(bool(lines))
    return 0


if __name__ == "__main__":
    sys.exit(main())
