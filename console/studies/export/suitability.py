"""Which kinds of objects the Basic Profile can make anonymous by its table alone, and which it cannot.

The table says what happens to attributes. What stands in a picture, a report, a PDF or a maker's own format is no
attribute, and the profile's Clean options, which a person would have to carry out, are not claimed.
"""

from console.i18n import N_

_STORAGE = "1.2.840.10008.5.1.4.1.1."

_NEVER = (
    (f"{_STORAGE}88.", N_("a report's text may name the patient anywhere, and taking it out needs a person")),
    (f"{_STORAGE}104.", N_("a document inside the object (such as a PDF) may name the patient, and stays as it is")),
    (f"{_STORAGE}66", N_("raw data of a manufacturer cannot be looked through")),
    (f"{_STORAGE}9.4.", N_("a voice recording may name the patient")),
)
_DOUBTFUL = (
    f"{_STORAGE}3", f"{_STORAGE}3.1", f"{_STORAGE}6", f"{_STORAGE}6.1", f"{_STORAGE}6.2", f"{_STORAGE}6.3",
    f"{_STORAGE}7", f"{_STORAGE}7.1", f"{_STORAGE}7.2", f"{_STORAGE}7.3", f"{_STORAGE}7.4",
)  # fmt: skip
"""Ultrasound and secondary capture, which commonly carry the name in the picture."""
_DOUBTFUL_FAMILY = f"{_STORAGE}77.1."
"""Visible light: photographs and films, which may show a face or a label."""

BURNED_IN = N_("the object says that its pictures carry text about the patient, which cannot be taken out")
DOUBTFUL = N_("pictures of this kind often show the patient's name, which cannot be taken out")
UNKNOWN = N_("it does not say what kind of object it is")
PRIVATE = N_("a manufacturer's own kind of object cannot be looked through")


def never(sop_class: str) -> str:
    """Why an object of this SOP class cannot be de-identified, as a marked phrase; empty when it can."""
    if not sop_class:
        return UNKNOWN
    if not sop_class.startswith("1.2.840.10008."):
        return PRIVATE
    for start, reason in _NEVER:
        if sop_class == start or (start.endswith(".") and sop_class.startswith(start)):
            return reason
    return ""


def doubtful(sop_class: str) -> bool:
    """Whether pictures of this SOP class often show who the patient is."""
    return sop_class in _DOUBTFUL or sop_class.startswith(_DOUBTFUL_FAMILY)
