"""What the parts around an inspection need of the place where inspections are kept (`console.inspection.records`)."""

from collections.abc import Sequence
from typing import Protocol

from console.model.inspections import Inspection, InspectionLine


class Shelf(Protocol):
    """Reads inspections. `Records` is one; a test may be another."""

    def lines(self) -> Sequence[InspectionLine]:
        """All of them, from the index. Raises StoreError."""
        ...

    def open(self, inspection_id: str) -> Inspection:
        """One of them. Raises StoreError."""
        ...
