"""The site file by forms: add, change and remove what there is, learn this machine, keep passwords, list the assets."""

import asyncio
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from textual import work

from console.errors import ConsoleError
from console.i18n import _, ngettext
from console.model.site import Host
from console.model.text import clean
from console.screens.base import ConsoleScreen
from console.screens.dialogs.ask import AskText, Choose, Confirm
from console.screens.dialogs.files import FileDialog
from console.screens.dialogs.form import Form, FormField
from console.screens.dialogs.listing import ListPanel
from console.widgets.line_list import Line

if TYPE_CHECKING:
    from console.site.learning import Proposal

T = TypeVar("T")


async def confirm_learned(screen: ConsoleScreen, proposal: "Proposal") -> "Proposal | None":
    """Let the operator confirm what was found, item by item; None when it was given up."""
    kept = {place for place, item in enumerate(proposal.items) if item.chosen}
    at = 0
    kinds = {"services": _("service"), "ports": _("port"), "mounts": _("partition")}
    while True:
        names = [
            f"[{'x' if place in kept else ' '}] {kinds[item.kind]} {clean(item.value)}  {item.note}"
            for place, item in enumerate(proposal.items)
        ]
        count = len(kept)
        form = ngettext("Take over {count} expectation", "Take over {count} expectations", count)
        question = _("What runs on this healthy machine is expected to run from now on. enter marks a line.")
        trouble = " ".join(str(trouble) for trouble in proposal.troubles)
        choices = [form.format(count=count), *names]
        chosen = await screen.app.push_screen_wait(
            Choose(_("Learn a machine"), choices, at, f"{question} {trouble}".strip())
        )
        if chosen is None:
            return None
        if chosen == 0:
            return proposal.keep(item for place, item in enumerate(proposal.items) if place in kept)
        at = chosen
        kept ^= {chosen - 1}


class Siting(ConsoleScreen):
    """The part of a screen that changes the site; every step is a question that esc takes back."""

    @work(exclusive=True, group="site")
    async def action_site(self) -> None:
        room = self.services.checkroom
        if room.state.path is None:
            self.notify(_("There is no site file yet: F2, then 1 or 2."), markup=False)
            return
        if room.read_only:
            self.notify(
                _("Another console holds the home folder; this one only reads."), severity="warning", markup=False
            )
            return
        at = 0
        while True:
            tables = await self._asked(room.desk.tables)
            if tables is None:
                return
            names = [_("{table} ({count})").format(table=table.label, count=table.count) for table in tables]
            more = [_("Passwords"), _("Learn a machine"), _("List of assets"), _("Collect script for a stick"),
                    _("Take in what was collected"), _("Forget a host key")]  # fmt: skip
            steps = (self._passwords, self._learn_more, self._assets, self._collector, self._take, self._forget)
            title = clean(str(room.state.path))
            chosen = await self.app.push_screen_wait(Choose(title, [*names, *more], at))
            if chosen is None:
                return
            at = chosen
            if chosen < len(tables):
                await self._entries(tables[chosen].name, tables[chosen].label)
            else:
                await steps[chosen - len(tables)]()

    async def _asked(self, work: Callable[..., T], *arguments: object) -> T | None:
        """What `work` gives, done off the event loop; None when it refused, and the panel says why."""
        try:
            return await asyncio.to_thread(work, *arguments)
        except ConsoleError as error:
            self.console_app.show_error(error)
            return None

    # Entries

    async def _entries(self, table: str, label: str) -> None:
        desk = self.services.checkroom.desk
        at = 0
        while True:
            entries = await self._asked(desk.entries, table)
            if entries is None:
                return
            names = [clean(str(entry.get("id") or entry.get("name") or table)) for entry in entries]
            single = desk.is_single(table)
            choices = names if single else [*names, _("Add")]
            chosen = (
                0
                if single and names
                else await self.app.push_screen_wait(Choose(label, choices, min(at, len(choices) - 1)))
            )
            if chosen is None:
                return
            at = chosen
            if chosen == len(names):
                await self._fill_in(table, label, {}, "")
                continue
            name = str(entries[chosen].get("id", ""))
            if single:
                await self._fill_in(table, label, entries[chosen], name)
                return
            what = await self.app.push_screen_wait(Choose(names[chosen], [_("Change"), _("Remove")]))
            if what == 0:
                await self._fill_in(table, label, entries[chosen], name)
            elif what == 1 and await self._sure(names[chosen]):
                if await self._asked(desk.remove, table, name) is not None:
                    self.console_app.note("site changed", table=table, entry=name, how="removed")

    async def _sure(self, name: str) -> bool:
        question = _("{name} will not be checked any more. The version before stays as site.toml.prev.").format(
            name=name
        )
        return await self.app.push_screen_wait(Confirm(_("Remove"), question, _("Remove it"))) == 1

    async def _fill_in(self, table: str, label: str, entry: Mapping[str, object], name: str) -> None:
        desk = self.services.checkroom.desk
        fields = [
            FormField(field.key, field.label, field.help, field.choices, field.required) for field in desk.fields(table)
        ]
        values, wrong = desk.texts(table, entry), ""
        while True:
            answer = await self.app.push_screen_wait(Form(label, fields, values, wrong))
            if answer is None:
                return
            said = await self._asked(desk.save, table, name if entry else None, answer, entry)
            if said is None:
                return
            wrong = said
            if not wrong:
                self.notify(_("Saved: {name}").format(name=answer.get("id", label)), markup=False)
                self.console_app.note("site changed", table=table, entry=answer.get("id", ""), how="written")
                return
            values = answer

    # Passwords

    async def _passwords(self) -> None:
        desk = self.services.checkroom.desk
        at = 0
        while True:
            names = await self._asked(desk.secret_names)
            if names is None:
                return
            if not names:
                self.notify(_('The site file names no password (secret = "name").'), markup=False)
                return
            places = {"keyring": _("keyring"), "environment": _("environment"), "vault": _("vault"), "": _("missing")}
            lines = [f"{clean(name)}  {places.get(place, place)}" for name, place in names]
            about = _(
                "Passwords are kept in the encrypted vault of the home folder; keyring and environment come first."
            )
            chosen = await self.app.push_screen_wait(Choose(_("Passwords"), lines, at, about))
            if chosen is None:
                return
            at = chosen
            if not desk.passphrase:
                question = _("Passphrase of the vault in the home folder (a new one makes it):")
                word = await self.app.push_screen_wait(AskText(_("Vault"), question, secret=True))
                if not word or await self._asked(desk.open_vault, word) is None:
                    continue
            title = clean(names[chosen][0])
            secret = await self.app.push_screen_wait(
                AskText(title, _("Password, or the key's passphrase:"), secret=True)
            )
            if secret and await self._asked(desk.keep_secret, names[chosen][0], secret) is not None:
                self.notify(_("Kept."), markup=False)
                self.console_app.note("password kept", name=names[chosen][0])

    # Learning and listing

    async def _learn_more(self) -> None:
        desk = self.services.checkroom.desk
        hosts = [host for host in desk.state.site.hosts if host.via != "none"]
        chosen: int | None = 0
        if len(hosts) > 1:
            names = [clean(f"{host.id}  {host.name}") for host in hosts]
            chosen = await self.app.push_screen_wait(Choose(_("Learn which machine?"), names))
        if chosen is None:
            return
        self.notify(_("Looking at the machine …"), timeout=5, markup=False)
        proposal = await self._asked(desk.learn, hosts[chosen].id if hosts else "")
        if proposal is None:
            return
        accepted = await confirm_learned(self, proposal)
        if accepted is not None and await self._asked(desk.write_learned, accepted) is not None:
            self.console_app.note("machine learned")

    # Hosts that only a stick reaches, and keys that changed

    async def _which_host(self, title: str, fits: Callable[[Host], bool]) -> str:
        """Which host; "" when none fits or the question was taken back."""
        hosts = [host for host in self.services.checkroom.state.site.hosts if fits(host)]
        if not hosts:
            self.notify(_("No host of the site fits."), markup=False)
            return ""
        names = [clean(f"{host.id}  {host.name}") for host in hosts]
        chosen = await self.app.push_screen_wait(Choose(title, names))
        return hosts[chosen].id if chosen is not None else ""

    async def _collector(self) -> None:
        host = await self._which_host(_("Collect script for a stick"), lambda host: True)
        if not host:
            return
        chosen = await self.app.push_screen_wait(Choose(host, ["Linux", "Windows"]))
        if chosen is None:
            return
        look = await self.app.push_screen_wait(FileDialog(_("Write the script into which folder?"), Path.home()))
        if look is None:
            return
        folder = look.path if look.is_folder else look.path.parent
        files = await self._asked(
            self.services.checkroom.desk.write_collector, host, folder, ("linux", "windows")[chosen]
        )
        if files is not None:
            lines = [Line(clean(str(path))) for path in files]
            run = _("Run it on the server, then take in the file that it leaves: sh {script}")
            if chosen:
                run = _("Run it on the server, then take in the file that it leaves: powershell -File {script}")
            self.app.push_screen(ListPanel(_("Written"), [*lines, Line(""), Line(run.format(script=files[0].name))]))

    async def _take(self) -> None:
        look = await self.app.push_screen_wait(FileDialog(_("The file that the collect script left"), Path.home()))
        if look is not None and not look.is_folder:
            target = await self._asked(self.services.checkroom.desk.take_bundle, look.path)
            if target is not None:
                self.notify(_("Taken in: {name}. Its host needs via = bundle.").format(name=target.name), markup=False)

    async def _forget(self) -> None:
        host = await self._which_host(_("Forget a host key"), lambda host: host.ssh is not None)
        if not host:
            return
        question = _(
            "Only after hospital IT has confirmed that the server was installed anew. The next run shows its key."
        )
        if await self.app.push_screen_wait(Confirm(clean(host), question, _("Forget its key"))) == 1:
            known = await self._asked(self.services.checkroom.desk.forget_host_key, host)
            if known is not None:
                self.console_app.note("host key forgotten", host=host)
                self.notify(_("Forgotten.") if known else _("No key of it was known."), markup=False)

    async def _assets(self) -> None:
        found = await self._asked(self.services.checkroom.desk.assets)
        if found is None:
            return
        lines = []
        for asset in found:
            kind, name, *rest = asset.cells
            lines.append(Line(f"{kind}  {name}", dim="  ".join(cell for cell in rest if cell)))
        title = ngettext("{count} asset", "{count} assets", len(lines)).format(count=len(lines))
        self.app.push_screen(ListPanel(title, lines))
