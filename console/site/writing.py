"""Change the site file as a careful person would: one entry, and not a byte, comment or blank line anywhere else.

The entry's own lines are edited by tomlkit, which keeps their comments. The result is read as a site before it replaces
the file; the version before stays beside it as site.toml.prev.
"""

import copy
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from console.i18n import _
from console.model.site import Site, SiteProblem
from console.site.lines import Header, places
from console.site.reading import read_site
from console.site.schema import SITE_KEYS, TABLES, Key
from console.site.text import read_text
from console.site.trouble import SiteErrors
from console.store.files import previous_of, replace_file


def write_new(path: Path, text: str) -> Site:
    """Make a site file where there is none. Raises SiteErrors when one is there or `text` is no site, StoreError."""
    if path.exists() or path.is_symlink():
        raise SiteErrors(path, [SiteProblem(0, "", _("there is a site file already; it is not overwritten"))])
    site = read_site(text, path)
    replace_file(path, text.encode())
    return site


def entries(path: Path, table: str) -> tuple[dict[str, Any], ...]:
    """The entries of a table as the file holds them. Raises SiteErrors."""
    import tomllib

    text = read_text(path)
    read_site(text, path)
    found = tomllib.loads(text).get(table, [])
    return tuple(found) if isinstance(found, list) else (found,)


def add_entry(path: Path, table: str, entry: Mapping[str, Any]) -> Site:
    """Add one entry behind the last of its kind. Raises SiteErrors with what is wrong with it, StoreError."""
    file = _File(path)
    file.add(table, entry)
    return file.save()


def change_entry(path: Path, table: str, entry_id: str, values: Mapping[str, Any]) -> Site:
    """Set keys of one entry, or take out those whose value is None; the others stay as they are.

    A new id is taken over wherever the old one is referred to. `table` "site" and "thresholds" have no id ("").
    Raises SiteErrors with what would be wrong then, StoreError.
    """
    file = _File(path)
    file.change(table, entry_id, values)
    new_id = values.get("id", entry_id)
    if table in TABLES and new_id != entry_id:
        file.follow(table, entry_id, str(new_id))
    return file.save()


def remove_entry(path: Path, table: str, entry_id: str) -> Site:
    """Take out one entry. Raises SiteErrors where others still refer to it, StoreError."""
    file = _File(path)
    file.remove(table, entry_id)
    return file.save()


class _File:
    """The text of a site file, cut at its headers."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.before = read_text(path)
        # What cannot be read is not edited: nobody could tell what was meant.
        read_site(self.before, path)
        self.text = self.before.replace("\r\n", "\n")

    def save(self) -> Site:
        """Replace the file if it is still a site, and still what it was when it was read."""
        try:
            site = read_site(self.text, self.path)
        except SiteErrors as error:
            raise SiteErrors(self.path, error.problems, _("The change was not written")) from error
        wanted = self.text.replace("\n", "\r\n") if "\r\n" in self.before else self.text
        if read_text(self.path) != self.before:
            what = _("somebody changed the file meanwhile; nothing was written, try again")
            raise SiteErrors(self.path, [SiteProblem(0, "", what)])
        if wanted != self.before:
            replace_file(previous_of(self.path), self.before.encode())
            replace_file(self.path, wanted.encode())
        return site

    def add(self, table: str, entry: Mapping[str, Any]) -> None:
        block = _block_text(table, entry)
        headers = [header for header in places(self.text).headers if header.path[0] == table]
        self._refuse_list(table, headers)
        lines = self.text.split("\n")
        if not headers:
            body = self.text.rstrip("\n")
            self.text = f"{body}\n\n{block}" if body else block
            return
        _first, end = self._span(headers[-1], lines)
        # Comments at the end of an entry mostly speak of it; those behind a blank line of what follows.
        lines[end:end] = ["", *block.rstrip("\n").split("\n")]
        self.text = "\n".join(lines)

    def change(self, table: str, entry_id: str, values: Mapping[str, Any]) -> None:
        import tomlkit

        first, end = self._find(table, entry_id)
        lines = self.text.split("\n")
        document = tomlkit.parse("\n".join(lines[first:end]) + "\n")
        node: Any = document
        for part in table.split("."):
            node = node[part]
        if isinstance(node, list):
            node = node[0]
        before = repr(document.unwrap())
        _update(node, values)
        if repr(document.unwrap()) == before:
            # tomlkit drops the blank between a day and a closing brace, which nobody asked for.
            return
        lines[first:end] = tomlkit.dumps(document).rstrip("\n").split("\n")
        self.text = "\n".join(lines)

    def remove(self, table: str, entry_id: str) -> None:
        first, end = self._find(table, entry_id)
        lines = self.text.split("\n")
        while end < len(lines) and not lines[end].strip():
            end += 1
        del lines[first:end]
        self.text = "\n".join(lines).rstrip("\n") + "\n"

    def follow(self, table: str, old: str, new: str) -> None:
        """Write the new id wherever the old one is referred to."""
        import tomllib

        for name, other in TABLES.items():
            for entry in tomllib.loads(self.text).get(name, []):
                changes = _renamed(other.keys, entry, table, old, new)
                if changes:
                    self.change(name, entry["id"], changes)

    def _find(self, table: str, entry_id: str) -> tuple[int, int]:
        """First line (from 0) and the line behind the last one of an entry, without what belongs to the next."""
        import tomllib

        found = tomllib.loads(self.text).get(table)
        headers = [header for header in places(self.text).headers if header.path[0] == table]
        self._refuse_list(table, headers, found)
        lines = self.text.split("\n")
        if table not in TABLES:
            if not headers:
                self.text = f"{self.text.rstrip(chr(10))}\n\n[{table}]\n"
                return self._find(table, entry_id)
            return self._span(headers[0], lines)
        numbers = [number for number, one in enumerate(found or ()) if one.get("id", "").strip() == entry_id]
        wanted = [header for header in headers if numbers and header.path == (table, numbers[0])]
        if not wanted:
            what = _("there is no [[{table}]] with the id {id}").format(table=table, id=entry_id)
            raise SiteErrors(self.path, [SiteProblem(0, table, what)])
        return self._span(wanted[0], lines)

    def _span(self, header: Header, lines: list[str]) -> tuple[int, int]:
        size = len(header.path)
        after = [other for other in places(self.text).headers if other.line > header.line]
        # A table below it, such as [host.ssh], is part of it.
        nexts = [other.line - 1 for other in after if other.path[:size] != header.path]
        end = min(nexts, default=len(lines))
        return header.line - 1, _own_end(lines, header.line, end)

    def _refuse_list(self, table: str, headers: list[Header], found: Any = None) -> None:
        line = places(self.text).line_of((table,))
        if not headers and (found or line):
            what = _("these entries are written as one list; change them in an editor")
            raise SiteErrors(self.path, [SiteProblem(line, table, what)])


def _own_end(lines: list[str], first: int, end: int) -> int:
    """Behind the last line of an entry: comments behind a blank line belong to what follows."""
    while end > first and not lines[end - 1].strip():
        end -= 1
    comments = end
    while comments > first and lines[comments - 1].lstrip().startswith("#"):
        comments -= 1
    if comments < end and end < len(lines) and comments > first and not lines[comments - 1].strip():
        end = comments
        while end > first and not lines[end - 1].strip():
            end -= 1
    return end


def _renamed(keys: tuple[Key, ...], entry: Mapping[str, Any], table: str, old: str, new: str) -> dict[str, Any]:
    """What changes in an entry when `table`'s `old` is called `new`."""
    changes: dict[str, Any] = {}
    for key in keys:
        value = entry.get(key.name)
        if key.sort == "refer" and key.refers == table and value == old:
            changes[key.name] = new
        elif key.sort == "table" and isinstance(value, Mapping):
            inside = _renamed(key.keys, value, table, old, new)
            if inside:
                changes[key.name] = inside
    return changes


def _update(node: Any, values: Mapping[str, Any]) -> None:
    """Set the values in a table of tomlkit; of a table inside only what is named changes."""
    import tomlkit

    for name, value in values.items():
        if value is None:
            node.pop(name, None)
        elif isinstance(value, Mapping) and isinstance(node.get(name), Mapping):
            _update(node[name], value)
        elif isinstance(value, Mapping):
            node[name] = _inline(value)
        elif name not in node or node[name] != value or type(tomlkit.item(value)) is not type(node[name]):
            _set(node, name, value)


def _set(node: Any, name: str, value: Any) -> None:
    """Set one value, keeping the comment behind the old one in its column."""
    import tomlkit

    item = tomlkit.item(copy.deepcopy(value))
    old = node.get(name)
    trivia = getattr(old, "trivia", None)
    if trivia is not None and item.trivia is not None:
        item.trivia.comment, item.trivia.comment_ws = trivia.comment, trivia.comment_ws
    node[name] = item


def _inline(value: Mapping[str, Any]) -> Any:
    """A table on one line, with blanks inside its braces as people write it."""
    import tomlkit

    return tomlkit.value(_braced(value))


def _braced(value: Mapping[str, Any]) -> str:
    import tomlkit

    pairs = [f"{tomlkit.key(name).as_string()} = {_written(one)}" for name, one in value.items() if one is not None]
    return "{ " + ", ".join(pairs) + " }" if pairs else "{}"


def _written(value: Any) -> str:
    import tomlkit

    return _braced(value) if isinstance(value, Mapping) else tomlkit.item(value).as_string()


def _block_text(table: str, entry: Mapping[str, Any]) -> str:
    """An entry as lines of the file, its keys in the order of the documentation."""
    import tomlkit

    order = [key.name for key in (TABLES[table].keys if table in TABLES else SITE_KEYS)]
    node = tomlkit.table()
    for name in sorted(entry, key=lambda name: order.index(name) if name in order else len(order)):
        value = entry[name]
        if value is not None:
            node[name] = _inline(value) if isinstance(value, Mapping) else value
    document = tomlkit.document()
    many = tomlkit.aot()
    many.append(node)
    document[table] = many
    return tomlkit.dumps(document)


def new_site_text(name: str, entries_of: Mapping[str, list[Mapping[str, Any]]]) -> str:
    """The text of a new site file: a name and entries by table."""
    import tomlkit

    document = tomlkit.document()
    head = tomlkit.table()
    head["name"] = name
    document["site"] = head
    text = tomlkit.dumps(document)
    for table in TABLES:
        for entry in entries_of.get(table, []):
            text += "\n" + _block_text(table, entry)
    return text
