"""Measured numbers with their units: as they stand, and in the units of the field by powers of ten alone.

Numbers stay decimal (PS3.5 DS), so that 9.37e-06 Gy·m² becomes 0.0937 Gy·cm² and not 0.09369999.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from console.i18n import _
from console.model.report_text import Amount

_DAP = {
    "Gym2": 4, "dGym2": 3, "cGym2": 2, "mGym2": 1, "uGym2": -2,
    "Gycm2": 0, "dGycm2": -1, "cGycm2": -2, "mGycm2": -3, "uGycm2": -6,
}  # fmt: skip
_KERMA = {"Gy": 3, "dGy": 2, "cGy": 1, "mGy": 0, "uGy": -3, "nGy": -6}
_LENGTH_PRODUCT = {"Gycm": 3, "dGycm": 2, "cGycm": 1, "mGycm": 0}
_CONVERSIONS = {"dap": (_DAP, "Gy·cm²"), "kerma": (_KERMA, "mGy"), "dlp": (_LENGTH_PRODUCT, "mGy·cm")}
"""For each quantity the powers of ten from a unit, written without its signs, to the one that is shown."""

_SPOKEN = {"deg": "°", "Gym2": "Gy·m²", "uAs": "µAs", "cm2": "cm²", "m2": "m²", "mm2": "mm²", "Cel": "°C"}
_WRITTEN = str.maketrans({"µ": "u", "μ": "u", "²": "2", ".": None, "·": None, "*": None, " ": None, "^": None})
_DIGITS = 6
_LARGEST = 30
"""Powers of ten beyond which a number is not written out."""


@dataclass(frozen=True)
class Measured:
    """One number of a content item (PS3.3 C.18.1)."""

    number: str
    """As it stands; empty where the item says why there is none."""
    unit: str
    """Code Value of the unit (UCUM); empty where it is not stated."""
    unit_meaning: str
    why_missing: str = ""
    """Meaning of the Numeric Value Qualifier."""

    @property
    def decimal(self) -> Decimal | None:
        """The number, None where it is none."""
        try:
            value = Decimal(self.number)
        except (InvalidOperation, ValueError):
            return None
        return value if value.is_finite() and abs(value.adjusted()) <= 300 else None

    @property
    def stored(self) -> str:
        """Number and unit as they stand; never a number alone."""
        if not self.number:
            return self.why_missing or _("no value")
        text = f"{self.number} {self.unit_text}"
        return f"{text} ({self.why_missing})" if self.why_missing else text

    @property
    def unit_text(self) -> str:
        """The unit as it stands, without the braces of a UCUM annotation; in brackets that there is none."""
        if self.unit == "1":
            return _("(no unit)")
        written = self.unit.replace("{", "").replace("}", "")
        return written or self.unit_meaning or _("(unit not stated)")


def amount(measured: Sequence[Measured], quantity: str = "", counts: str = "") -> Amount | None:
    """One number for reading, or the range of several, None where there is none.

    `quantity` is dap, kerma or dlp for numbers that are shown in Gy·cm², mGy or mGy·cm; `counts` says what a number
    without a unit counts.
    """
    converted = [(_in_shown_unit(one, quantity, counts), one) for one in measured]
    found = [(*pair, one) for pair, one in converted if pair is not None]
    if not found:
        return None
    unit = found[0][1]
    same = [number for number, its_unit, _one in found if its_unit == unit]
    low, high = min(same), max(same)
    text = with_unit(low, unit) if low == high else _range(low, high, unit)
    others = [with_unit(number, its_unit) for number, its_unit, _one in found if its_unit != unit]
    stored = ", ".join(dict.fromkeys(one.stored for _number, _unit, one in found))
    return Amount(float(low), float(high), unit, ", ".join([text, *others]), stored)


def total(amounts: Sequence[Measured], quantity: str, counts: str = "") -> Amount | None:
    """The sum of numbers that can be shown in one unit; None where they cannot."""
    pairs = [_in_shown_unit(one, quantity, counts) for one in amounts]
    units = {pair[1] for pair in pairs if pair is not None}
    if len(units) != 1 or None in pairs:
        return None
    unit = units.pop()
    number = sum((pair[0] for pair in pairs if pair is not None), Decimal(0))
    stored = " + ".join(one.stored for one in amounts)
    return Amount(float(number), float(number), unit, with_unit(number, unit), stored)


def _in_shown_unit(measured: Measured, quantity: str, counts: str) -> tuple[Decimal, str] | None:
    number = measured.decimal
    if number is None:
        return None
    written = measured.unit.translate(_WRITTEN)
    factors, shown = _CONVERSIONS.get(quantity, ({}, ""))
    if written in factors:
        return number.scaleb(factors[written]), shown
    if counts and written in ("", "1"):
        return number, counts
    return number, _SPOKEN.get(written, measured.unit_text)


def _range(low: Decimal, high: Decimal, unit: str) -> str:
    return _("{low} to {high}").format(low=plain(low), high=with_unit(high, unit))


def with_unit(number: Decimal, unit: str) -> str:
    """ "0.0937 Gy·cm²"; degrees stand at the number."""
    return f"{plain(number)}{unit}" if unit == "°" else f"{plain(number)} {unit}"


def plain(number: Decimal) -> str:
    """A number without an exponent, at most six significant digits, whole numbers whole."""
    if number and abs(number.adjusted()) > _LARGEST:
        return f"{number:.5e}"
    rounded = round(number, max(_DIGITS - 1 - number.adjusted(), 0)) if number else Decimal(0)
    text = f"{rounded:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
