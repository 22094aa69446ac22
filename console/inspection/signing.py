"""How a sealed report is signed: paper first, other ways behind the same protocol (clause N3).

The seal says what was signed; a signer says who did. The paper signer takes the name, the role and the day, and the
signed copy (a scan, or a PDF that was signed elsewhere) as an attachment with its SHA-256.
"""

from dataclasses import dataclass
from datetime import date
from typing import Protocol

from console.errors import UsageError
from console.i18n import N_, _
from console.model.inspections import Attachment, Inspection, Signature, SignatureState
from console.plain import clean

US, HOSPITAL = "us", "hospital"
SIDES = (US, HOSPITAL)
"""The contractor signs first, then the hospital's information department."""
SIDE_NAMES = {US: N_("for the contractor"), HOSPITAL: N_("for the hospital")}

_LONGEST = 200


@dataclass(frozen=True)
class SignRequest:
    """What a signer is given besides the inspection."""

    side: str
    """"us" or "hospital"."""
    name: str
    role: str
    on: date
    """The day under the signature."""
    copy: Attachment | None = None
    """The signed copy, where it is at hand already."""


class Signer(Protocol):
    """One way to sign. It may take long (a gateway, a token) and is never called on the event loop."""

    @property
    def id(self) -> str:
        """Word that stands in the record: "paper"."""
        ...

    @property
    def title(self) -> str:
        """Its name in the language in use."""
        ...

    def sign(self, inspection: Inspection, request: SignRequest) -> Signature:
        """The signature, for `lifecycle.sign`. Raises UsageError or another ConsoleError with one sentence."""
        ...

    def verify(self, inspection: Inspection, signature: Signature) -> str:
        """One sentence about what could be verified here, and what could not. Raises nothing."""
        ...


class PaperSigner:
    """Signed by hand on the printed report."""

    id = "paper"

    @property
    def title(self) -> str:
        return _("on paper")

    def sign(self, inspection: Inspection, request: SignRequest) -> Signature:
        """The signature of one side. Raises UsageError when it is too early or something is missing."""
        check_request(inspection, request)
        return Signature(
            side=request.side, name=clean(request.name).strip(), role=clean(request.role).strip(), on=request.on,
            signer=self.id, state=SignatureState.SIGNED, attachment=request.copy,
        )  # fmt: skip

    def verify(self, inspection: Inspection, signature: Signature) -> str:
        """What a person has to compare: the console cannot read a hand."""
        if signature.attachment is None:
            return _("Signed on paper; no signed copy is attached yet.")
        return _("Signed on paper; the attached copy has SHA-256 {digest}. Compare it with the printed seal.").format(
            digest=signature.attachment.sha256
        )


SIGNERS: tuple[Signer, ...] = (PaperSigner(),)
"""Every way there is; the first one is offered first."""


def signer(signer_id: str) -> Signer:
    """The signer of that id. Raises UsageError."""
    for each in SIGNERS:
        if each.id == signer_id:
            return each
    sentence = _("There is no signer {name}. There are: {names}.")
    names = ", ".join(each.id for each in SIGNERS)
    raise UsageError(_("Not signed"), sentence.format(name=clean(signer_id), names=names))


def check_request(inspection: Inspection, request: SignRequest) -> None:
    """What holds for every signer. Raises UsageError with one sentence."""
    if request.side not in SIDES:
        sentence = _("The side {side} does not exist; it is {sides}.")
        said = sentence.format(side=clean(request.side), sides=", ".join(SIDES))
        raise UsageError(_("Not signed"), said)
    if inspection.seal is None:
        raise UsageError(_("Not signed"), _("A draft cannot be signed. Seal the inspection first."))
    if not clean(request.name).strip():
        raise UsageError(_("Not signed"), _("The name of the person who signs is missing."))
    if max(len(request.name), len(request.role)) > _LONGEST:
        sentence = _("Name and role of who signs may have {limit} characters each.")
        raise UsageError(_("Not signed"), sentence.format(limit=_LONGEST))
    if request.on < inspection.seal.at.date():
        sentence = _("The report was sealed on {sealed}; it cannot have been signed on {day}.")
        said = sentence.format(sealed=inspection.seal.at.date(), day=request.on)
        raise UsageError(_("Not signed"), said)


def signature_of(inspection: Inspection, side: str) -> Signature:
    """The signature of a side; an unsigned one where there is none."""
    return next((each for each in inspection.signatures if each.side == side), Signature(side))


def missing_copies(inspection: Inspection) -> tuple[str, ...]:
    """The sides that have signed and whose signed copy is not attached."""
    return tuple(
        each.side
        for each in inspection.signatures
        if each.state is SignatureState.SIGNED and each.attachment is None and each.signer == PaperSigner.id
    )
