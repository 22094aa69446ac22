"""The row that every host has: whether it could be asked at all, and what is wrong with the way to it."""

from console.checks.kind import Check, unknown
from console.checks.transports.answer import HostAnswer
from console.i18n import N_
from console.model.checks import Status, Verdict
from console.model.sentence import Sentence, Words
from console.model.site import Host

ACCESS = Check(
    id="host.access",
    kind="access",
    title=Words("Access to the host", "服务器连接"),
    contract=("D1",),
    rationale=Words(
        "What cannot be reached cannot be judged: all other checks of the host are unknown then.",
        "连不上的服务器无法判断：其余检查项均为未知。",
    ),
    remedy=Words(
        "Try the same login from this machine: ssh -p PORT USER@ADDRESS. Check cable, address, account and key.",
        "在本机用同样的账号试连：ssh -p 端口 用户@地址。检查网线、地址、账号和密钥。",
    ),
)
"""The row that every host has: whether it could be asked at all."""


def access_verdicts(host: Host, answer: HostAnswer) -> tuple[Verdict, ...]:
    """The verdict about the host itself: it answered, or why it did not."""
    troubles = [raw.trouble for raw in answer.answers]
    verdicts = [*answer.findings]
    if answer.trouble:
        if not any(verdict.status is Status.CRIT for verdict in verdicts):
            verdicts.append(unknown(answer.trouble))
    elif troubles and all(troubles):
        verdicts.append(unknown(troubles[0]))
    elif not answer.answers:
        verdicts.append(unknown(Sentence(N_("{host} was asked nothing."), {"host": host.label})))
    else:
        source = N_("{host} answers.")
        verdicts.append(Verdict("", Status.OK, Sentence(source, {"host": host.label})))
    return tuple(verdicts)
