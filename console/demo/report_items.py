"""Content items of a structured report (PS3.3 C.17.3), as data sets."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pydicom.dataset import Dataset

Code = tuple[str, str, str]
"""Value, scheme and meaning."""
_UNITS: dict[str, str] = {
    "Gy.m2": "Gy.m2", "Gy": "Gy", "s": "s", "mm": "mm", "deg": "deg", "kV": "kV", "mA": "mA", "ms": "ms",
    "uA.s": "uA.s", "{pulse}/s": "pulse/s", "1": "no units", "m2": "m2",
}  # fmt: skip


def template(identifier: str) -> "Dataset":
    """Content Template Sequence (0040,A504) item: a template of PS3.16."""
    from pydicom.dataset import Dataset

    found = Dataset()
    found.MappingResource, found.TemplateIdentifier = "DCMR", identifier
    return found


def concept(meant: Code) -> "Dataset":
    """One code sequence item."""
    from pydicom.dataset import Dataset

    found = Dataset()
    found.CodeValue, found.CodingSchemeDesignator, found.CodeMeaning = meant
    return found


def content_item(relationship: str, value_type: str, name: Code) -> "Dataset":
    """A content item without its value."""
    from pydicom.dataset import Dataset

    found = Dataset()
    found.RelationshipType, found.ValueType = relationship, value_type
    found.ConceptNameCodeSequence = [concept(name)]
    return found


def container(value: str, meaning: str) -> "Dataset":
    """A heading."""
    found = content_item("CONTAINS", "CONTAINER", (value, "DCM", meaning))
    found.ContinuityOfContent = "SEPARATE"
    return found


def code(relationship: str, name: Code, value: Code) -> "Dataset":
    """A coded value."""
    found = content_item(relationship, "CODE", name)
    found.ConceptCodeSequence = [concept(value)]
    return found


def uid_reference(relationship: str, name: Code, value: str) -> "Dataset":
    """A UID."""
    found = content_item(relationship, "UIDREF", name)
    found.UID = value
    return found


def text(relationship: str, name: Code, value: str) -> "Dataset":
    """Free text."""
    found = content_item(relationship, "TEXT", name)
    found.TextValue = value
    return found


def moment(relationship: str, name: Code, value: str) -> "Dataset":
    """A date with time."""
    found = content_item(relationship, "DATETIME", name)
    found.DateTime = value
    return found


def number(value: str, meaning: str, measure: float, unit: str) -> "Dataset":
    """A measured number with its unit."""
    from pydicom.dataset import Dataset

    found = content_item("CONTAINS", "NUM", (value, "DCM", meaning))
    measured = Dataset()
    # At most 16 characters; six significant digits would lose what the totals are checked against.
    measured.NumericValue = f"{measure:.10g}"
    measured.MeasurementUnitsCodeSequence = [concept((unit, "UCUM", _UNITS[unit]))]
    found.MeasuredValueSequence = [measured]
    return found
