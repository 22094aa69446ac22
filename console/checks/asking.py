"""One host, all questions at once, by the way the site file names."""

from collections.abc import Callable
from pathlib import Path

from console.checks.kind import Vault
from console.checks.raw import Probe, Raw
from console.checks.transports.answer import HostAnswer
from console.checks.transports.hostkeys import HostKeys
from console.i18n import N_
from console.model.sentence import Sentence
from console.model.site import Host


def ask_host(
    host: Host,
    probes: tuple[Probe, ...],
    secrets: Vault,
    host_keys: HostKeys,
    home: Path,
    deadline: float,
    cancelled: Callable[[], bool] = lambda: False,
) -> HostAnswer:
    """The host's answers, one for each probe; never raises for what a host, a network or a file may do.

    `deadline` is a value of time.monotonic().
    """
    # Each way brings libraries of its own, and most sites need one of them.
    if host.via == "local":
        from console.checks.transports.local import ask_local

        return ask_local(host.id, probes, deadline, cancelled)
    if host.via == "ssh":
        from console.checks.transports.ssh import ask_host as ask_ssh

        return ask_ssh(host, probes, secrets, host_keys, deadline)
    if host.via == "bundle":
        from console.checks.transports.bundle import ask_bundle

        return ask_bundle(host, home, probes)
    source = N_("The site file names no way to reach {host}: set via to local, ssh or bundle.")
    trouble = Sentence(source, {"host": host.label})
    return HostAnswer(host.id, tuple(Raw(probe, "posix", trouble=trouble) for probe in probes), trouble=trouble)
