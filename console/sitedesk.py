"""The site file behind the screens: reading, forms, learning, passwords, host keys. Calls may block."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from console.checks.catalogue import load
from console.checks.learning import learn_host
from console.checks.plan import plan, probes_of
from console.checks.transports.bundle import FOLDER as BUNDLES
from console.checks.transports.bundle import BundleTrouble, read_bundle
from console.checks.transports.collecting import write_collector
from console.checks.transports.collecting_windows import write_collector_windows
from console.checks.transports.hostkeys import HostKeys
from console.errors import ConsoleError, UsageError
from console.i18n import _
from console.model.check_run import Selection, TrustQuestion
from console.model.site import Site
from console.resources import resource
from console.site.assets import Asset, assets
from console.site.forms import Field, fields_of, save_form, tables, values_of, wrong_field
from console.site.learning import Proposal, write_proposal
from console.site.reading import find_site, load_site, this_machine
from console.site.secrets import Secrets
from console.site.trouble import SiteErrors
from console.site.writing import entries, remove_entry, write_new
from console.store.files import replace_file
from console.store.trouble import cannot_read, cannot_write

SITE_FILE = "site.toml"
"""In the home folder."""
_SINGLE = ("site", "thresholds")


@dataclass(frozen=True)
class SiteState:
    """The site file as it was read last."""

    site: Site
    """This machine alone, where there is no site file or it cannot be used."""
    path: Path | None = None
    error: ConsoleError | None = None
    """Why the file cannot be used."""


@dataclass(frozen=True)
class TableLine:
    """A kind of entry of the site file."""

    name: str
    label: str
    """In the language in use."""
    count: int


class SiteDesk:
    """What may be asked of the site file of one home folder."""

    def __init__(self, home: Path, asked_for: Path | None, changed: Callable[[], None]) -> None:
        """`changed` is called after each change, to have everything read anew."""
        self.home = home
        self.state = SiteState(Site(""), asked_for)
        self._asked_for = asked_for
        self._changed = changed
        self._passphrase = ""

    def load(self) -> SiteState:
        """Read the file. Never raises: `error` says why it cannot be used."""
        path = None
        try:
            path = find_site(self.home, self._asked_for)
            self.state = SiteState(this_machine() if path is None else load_site(path), path)
        except ConsoleError as error:
            self.state = SiteState(this_machine(), path or self._asked_for, error)
        return self.state

    # Beginning

    def example(self) -> str:
        """The example site file that ships. Raises ConsoleError."""
        return resource("examples/site.toml").read_text("utf-8")

    def write_example(self) -> Path:
        """Put the example into the home folder, where there is no site file. Raises SiteErrors, StoreError."""
        path = self.home / SITE_FILE
        write_new(path, self.example())
        self._changed()
        return path

    def learn(self, host_id: str = "") -> Proposal:
        """What runs on a host of the site, or on this machine, for the operator to confirm. Takes seconds.

        Raises ConsoleError when it cannot be asked.
        """
        host = self.state.site.host(host_id)
        if host is None:
            local = [host for host in self.state.site.hosts if host.via == "local"]
            host = (local or this_machine().hosts)[0]
        return learn_host(host, self._secrets(), self.home)

    def write_learned(self, accepted: Proposal) -> Path:
        """Make, or extend, the site file with what was confirmed. Raises SiteErrors, StoreError."""
        path = self.state.path or self.home / SITE_FILE
        write_proposal(path, accepted)
        self._changed()
        return path

    # Forms

    def tables(self) -> tuple[TableLine, ...]:
        """The kinds of entries, with how many there are. Raises SiteErrors."""
        return tuple(TableLine(name, label, len(self.entries(name))) for name, label in tables())

    def is_single(self, table: str) -> bool:
        """Whether there is one entry at most, without an id."""
        return table in _SINGLE

    def entries(self, table: str) -> tuple[dict[str, Any], ...]:
        """The entries of a table. Raises SiteErrors."""
        found = entries(self._path(), table)
        return found if found or table not in _SINGLE else ({},)

    def fields(self, table: str) -> tuple[Field, ...]:
        """The lines of a table's form."""
        return fields_of(table, self.state.site)

    def texts(self, table: str, entry: Mapping[str, Any]) -> dict[str, str]:
        """An entry as the texts of its form."""
        return values_of(table, entry)

    def save(self, table: str, entry_id: str | None, texts: Mapping[str, str], before: Mapping[str, Any]) -> str:
        """Write a filled-in form, a new entry where `entry_id` is None; what is wrong with it, else nothing.

        Raises StoreError.
        """
        try:
            save_form(self._path(), table, entry_id, texts, before)
        except SiteErrors as error:
            return wrong_field(error, table, texts)[1]
        self._changed()
        return ""

    def remove(self, table: str, entry_id: str) -> bool:
        """Take out an entry. Raises SiteErrors, StoreError."""
        remove_entry(self._path(), table, entry_id)
        self._changed()
        return True

    def assets(self) -> tuple[Asset, ...]:
        """Everything of the site, servers first."""
        return assets(self.state.site)

    # Carried on a stick

    def write_collector(self, host_id: str, folder: Path, system: str) -> tuple[Path, ...]:
        """Write the read-only collect script for a host of the site, with its SHA-256; the files, the script first.

        `system` is "linux" or "windows". Raises UsageError where the host has no checks, StoreError.
        """
        host = self.state.site.host(host_id)
        probes = probes_of(plan(load(self.home), self.state.site, Selection(), self.home), host_id)
        if host is None or not probes:
            raise UsageError(_("Nothing to collect"), _("No check asks anything of {host}.").format(host=host_id))
        write = write_collector_windows if system == "windows" else write_collector
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise cannot_write(folder, error) from error
        return write(folder, replace(host, via="bundle"), probes)

    def take_bundle(self, path: Path) -> Path:
        """Copy what a collect script left into the home folder, checked first. Raises UsageError, StoreError."""
        try:
            _document, _proven = read_bundle(path)
        except BundleTrouble as error:
            raise UsageError(_("Not a collected file"), str(error)) from error
        target = self.home / BUNDLES / path.name
        try:
            target.parent.mkdir(mode=0o700, exist_ok=True)
            for name in (path.name, f"{path.name}.sha256"):
                source = path.with_name(name)
                if source.exists():
                    replace_file(target.with_name(name), source.read_bytes())
        except OSError as error:
            raise cannot_read(path, error) from error
        return target

    # Passwords and host keys

    @property
    def passphrase(self) -> str:
        """Of the vault, once it was given in this session; it stands nowhere but in memory."""
        return self._passphrase

    def vault_is_locked(self) -> bool:
        """Whether there is a vault that was not opened yet."""
        return not self._passphrase and Secrets(self.home).has_vault

    def open_vault(self, passphrase: str) -> bool:
        """Remember the passphrase when it opens the vault, or there is none yet. Raises SecretError, StoreError."""
        secrets = Secrets(self.home, lambda: passphrase)
        if secrets.has_vault:
            secrets.check_vault()
        self._passphrase = passphrase
        return True

    def secret_names(self) -> tuple[tuple[str, str], ...]:
        """(name, where it lies) of each password that the site file names; "" for one that nobody knows."""
        site, secrets = self.state.site, self._secrets()
        named = [host.ssh.secret for host in site.hosts if host.ssh is not None]
        for things in (site.databases, site.nodes, site.queues):
            named += [thing.secret for thing in things]
        return tuple((name, secrets.place_of(name) or "") for name in dict.fromkeys(filter(None, named)))

    def keep_secret(self, name: str, value: str) -> bool:
        """Keep a password in the vault. Raises SecretError, StoreError."""
        self._secrets().set(name, value)
        return True

    def trust(self, question: TrustQuestion) -> bool:
        """Keep a host key that the operator has compared. Raises StoreError."""
        HostKeys(self.home).add(question)
        return True

    def forget_host_key(self, host_id: str) -> bool:
        """Trust no key of a host any more, after a reinstallation that hospital IT has confirmed. Raises StoreError."""
        host = self.state.site.host(host_id)
        return host is not None and host.ssh is not None and HostKeys(self.home).forget(host.address, host.ssh.port)

    def _secrets(self) -> Secrets:
        return Secrets(self.home, (lambda: self._passphrase) if self._passphrase else None)

    def _path(self) -> Path:
        return self.state.path or self.home / SITE_FILE
