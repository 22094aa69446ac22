"""Strangers' text made safe to show, and numbers as the operator reads them."""

from console.plain import clean as clean

_UNITS = ("B", "kB", "MB", "GB", "TB")


def size_text(size: int) -> str:
    """Bytes as 512 B, 9.4 GB (powers of 1000, as disks are sold and the contract counts)."""
    value = float(size)
    for unit in _UNITS:
        if value < 1000 or unit == _UNITS[-1]:
            return f"{value:.0f} {unit}" if unit == "B" or value >= 100 else f"{value:.1f} {unit}"
        value /= 1000
    raise AssertionError("the last unit always returns")


def span_text(seconds: float) -> str:
    """A duration as 3.2 s or 2:05 min."""
    return f"{seconds:.1f} s" if seconds < 60 else f"{int(seconds // 60)}:{int(seconds % 60):02d} min"
