"""What the parts of a site owe each other: a reference that leads somewhere, a queue with what its kind needs."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from console.i18n import _
from console.model.site import Host, Interface, Log, Queue
from console.plain import clean
from console.site.lines import Path as KeyPath
from console.site.schema import TABLES, Key
from console.site.values import nearest

Tell = Callable[[KeyPath, str], None]

_QUEUE_NEEDS: Mapping[str, tuple[str, ...]] = {
    "folder": ("host", "path"),
    "sql": ("database", "query"),
    "orthanc": ("node",),
    "dcm4chee": ("url",),
}
_INTERFACE_NEEDS: Mapping[str, tuple[str, ...]] = {
    "hl7": ("address", "port"),
    "tcp": ("address", "port"),
    "http": ("url",),
}


def together(values: Mapping[str, Any], tell: Tell) -> None:
    """Look at the site as a whole. `values` are the fields of Site; what is wrong is told by key."""
    _contract(values, tell)
    for name, table in TABLES.items():
        for number, entry in _each(values[table.plural]):
            _references(table.keys, entry, (name, number), values, tell)
    departments = tuple(values.get("departments", ()))
    for number, host in _each(values["hosts"]):
        _host(host, departments, ("host", number), tell)
    for number, queue in _each(values["queues"]):
        _queue(queue, values, ("queue", number), tell)
    for number, log in _each(values["logs"]):
        _log(log, ("log", number), tell)
    for number, interface in _each(values["interfaces"]):
        _interface(interface, ("interface", number), tell)
    for number, pair in _each(values["pairs"]):
        if pair.left == pair.right:
            tell(("pair", number, "right"), _("both folders are the same one"))


def _each(entries: Iterable[Any]) -> Iterable[tuple[int, Any]]:
    """The entries that could be made, with their number in the file."""
    return ((number, entry) for number, entry in enumerate(entries) if entry is not None)


def _contract(values: Mapping[str, Any], tell: Tell) -> None:
    contract = values.get("contract")
    if contract is not None and contract.start and contract.end and contract.start > contract.end:
        tell(("site", "contract", "to"), _("the last day lies before the first one"))


def _references(keys: Iterable[Key], entry: Any, path: KeyPath, values: Mapping[str, Any], tell: Tell) -> None:
    for key in keys:
        found = getattr(entry, key.target, None)
        if key.sort == "table" and found:
            _references(key.keys, found, (*path, key.name), values, tell)
        elif key.sort == "refer" and found:
            table = TABLES[key.refers]
            known = [one.id for _number, one in _each(values[table.plural])]
            if found not in known:
                _no_such(found, known, key.refers, (*path, key.name), tell)


def _no_such(found: str, known: list[str], table: str, path: KeyPath, tell: Tell) -> None:
    near = nearest(found, known)
    where = {"id": clean(found), "table": table, "near": clean(near)}
    if near:
        tell(path, _("there is no [[{table}]] with the id {id}; the nearest is {near}").format(**where))
    else:
        tell(path, _("there is no [[{table}]] with the id {id}").format(**where))


def _host(host: Host, departments: tuple[str, ...], path: KeyPath, tell: Tell) -> None:
    if host.via == "ssh":
        if not host.address:
            tell((*path, "address"), _('is missing: via = "ssh" needs it'))
        if host.ssh is None:
            tell((*path, "ssh"), _('is missing: via = "ssh" needs ssh = {{ user = "…" }}').format())
    if host.ssh is not None and not host.ssh.key and not host.ssh.secret:
        tell((*path, "ssh"), _("needs a key or a secret, or nobody can log in"))
    for number, department in enumerate(host.departments):
        if departments and department not in departments:
            near = nearest(department, departments)
            sentence = _("the site has no department {name}; the nearest is {near}") if near else ""
            sentence = sentence or _("the site has no department {name}")
            tell((*path, "departments", number), sentence.format(name=clean(department), near=clean(near)))


def _queue(queue: Queue, values: Mapping[str, Any], path: KeyPath, tell: Tell) -> None:
    for name in _QUEUE_NEEDS.get(queue.kind, ()):
        if not getattr(queue, name):
            tell((*path, name), _('is missing: kind = "{kind}" needs it').format(kind=queue.kind))
    if queue.kind == "orthanc":
        node = next((node for _number, node in _each(values["nodes"]) if node.id == queue.node), None)
        if node is not None and not node.web:
            sentence = _("the node {id} has no management page: give it web = {example}")
            tell((*path, "node"), sentence.format(id=clean(node.id), example='"http://10.0.0.5:8042"'))


def _log(log: Log, path: KeyPath, tell: Tell) -> None:
    given = [name for name in ("path", "unit", "event_log") if getattr(log, name)]
    if not given:
        tell((*path, "path"), _("is missing: a log needs one of {names}").format(names="path, unit, event_log"))
    for name in given[1:]:
        tell((*path, name), _("{first} is there as well; a log is one of both").format(first=given[0]))


def _interface(interface: Interface, path: KeyPath, tell: Tell) -> None:
    for name in _INTERFACE_NEEDS.get(interface.kind, ()):
        if not getattr(interface, name):
            tell((*path, name), _('is missing: kind = "{kind}" needs it').format(kind=interface.kind))
