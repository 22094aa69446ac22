"""One file as the remedies see it: its elements at every depth with their raw bytes, and edits of them.

All that the remedies know of `console.repair.spans` stands here. Nothing is decoded, nothing is kept once the file is
closed, and pixel data are never read.
"""

import mmap
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from pydicom.datadict import dictionary_VR

from console.dicom.characters import Kind
from console.errors import DicomReadError
from console.i18n import N_
from console.model.repair import Edit
from console.model.sentence import Sentence
from console.repair.remedies.remedy import Refusal
from console.repair.remedies.values import TEXTS, padded
from console.repair.spans import Node, Tree, walk

Place = tuple[tuple[int, int], ...]
"""Where a data set stands: the sequences and item numbers (from 0) on the way to it; empty for the file itself."""

CHARSET = 0x00080005
ORIGINALS = 0x04000561
"""Original Attributes Sequence: what stood there before. Its values keep the meaning they had (PS3.3 C.12.1.1.9)."""
PIXELS = frozenset((0x7FE00008, 0x7FE00009, 0x7FE00010))
SIGNATURES = frozenset((0x4FFE0001, 0xFFFAFFFA))
"""MAC Parameters Sequence and Digital Signatures Sequence."""
UNDEFINED = 0xFFFFFFFF
_TEXT_LIMIT = 1 << 24
DIRECTORY_CLASS = "1.2.840.10008.1.3.10"


@dataclass(frozen=True)
class Leaf:
    """One element that holds a value."""

    place: Place
    tag: int
    vr: str
    """As it stands, or from the dictionary where it stands as nothing or UN."""
    value: bytes
    charset: str
    """Specific Character Set of its data set, inherited where it has none of its own; values joined by a backslash."""
    node: Node

    @property
    def text(self) -> str:
        """The value of an ASCII element, without padding."""
        return self.value.rstrip(b"\0 ").decode("latin-1")

    @property
    def kind(self) -> Kind:
        """Whether it is a person name, for the codecs."""
        return "name" if self.vr == "PN" else "text"

    @property
    def foreign(self) -> bool:
        """True for private elements and for those whose VR is unknown."""
        return bool(self.tag >> 16 & 1) or self.node.vr == "UN"


class Sight:
    """An open file. `looking` opens and closes it."""

    def __init__(self, path: Path, data: "mmap.mmap | bytes", tree: Tree) -> None:
        self.path = path
        self.data = data
        self.tree = tree
        self._top = {node.tag: node for node in reversed(tree.nodes) if node.kind == "E"}

    def node(self, tag: int) -> Node | None:
        """The top-level node of a tag."""
        return self._top.get(tag)

    def raw(self, tag: int) -> bytes | None:
        """The raw value of a top-level element; None where it is missing."""
        node = self._top.get(tag)
        return None if node is None else self.value(node)

    def text(self, tag: int) -> str:
        """The value of a top-level element that is plain ASCII; empty where it is missing."""
        return (self.raw(tag) or b"").rstrip(b"\0 ").decode("latin-1")

    def value(self, node: Node) -> bytes:
        """The bytes of a value, those of sequences and pixel data too."""
        return bytes(self.data[node.vo : node.ve])

    def number(self, tag: int, default: int = 0) -> int:
        """A US, UL or IS value."""
        node = self._top.get(tag)
        if node is None:
            return default
        raw = self.value(node)
        if vr_of(node) == "IS":
            text = raw.decode("latin-1").strip("\0 ")
            return int(text) if text.lstrip("+-").isdecimal() else default
        return int.from_bytes(raw, "little" if node.little else "big") if len(raw) in (2, 4) else default

    @property
    def charset(self) -> str:
        """Specific Character Set of the file, values joined by a backslash; empty where it is missing."""
        return self.text(CHARSET)

    @property
    def syntax(self) -> str:
        """Transfer Syntax UID as the file says; empty where it does not."""
        return self.text(0x00020010)

    @property
    def is_directory(self) -> bool:
        """Whether it is a DICOMDIR."""
        return 0x00041220 in self._top or self.text(0x00020002) == DIRECTORY_CLASS

    @property
    def signed(self) -> bool:
        """Whether a signature covers some of it: any change would break that."""
        return any(tag in self._top for tag in SIGNATURES)

    def leaves(self, nodes: Sequence[Node] | None = None, place: Place = (), charset: str = "") -> Iterator[Leaf]:
        """Every element with a value, at every depth, in the order of the file; no pixel data, no file meta group.

        What stands in Original Attributes Sequences is left out: it is a record.
        """
        nodes = self.tree.nodes if nodes is None else nodes
        for node in nodes:
            if node.tag == CHARSET and node.kind == "E":
                charset = self.value(node).rstrip(b"\0 ").decode("latin-1")
        for node in nodes:
            if node.kind != "E" or node.tag >> 16 == 2 or node.tag in PIXELS or node.tag == ORIGINALS:
                continue
            if node.kids:
                items = [kid for kid in node.kids if kid.kind == "I"]
                for number, item in enumerate(items):
                    yield from self.leaves(item.kids, (*place, (node.tag, number)), charset)
            elif node.ve - node.vo <= _TEXT_LIMIT and node.length != UNDEFINED:
                yield Leaf(place, node.tag, vr_of(node), self.value(node), charset, node)

    def texts(self) -> Iterator[Leaf]:
        """The elements that a character set applies to."""
        return (leaf for leaf in self.leaves() if leaf.vr in TEXTS)

    def replaced(self, leaf: Leaf, new: bytes) -> Edit:
        """The edit that gives an element another value; it is padded as its VR asks."""
        return Edit(leaf.place, leaf.tag, leaf.vr, leaf.value, padded(new, leaf.vr))

    def put(self, tag: int, vr: str, new: bytes, place: Place = ()) -> Edit:
        """The edit that gives a top-level element a value, whether it is there or not."""
        if not place and (node := self._top.get(tag)) is not None:
            return Edit((), tag, vr_of(node), self.value(node), padded(new, vr_of(node)))
        return Edit(place, tag, vr, None, padded(new, vr))

    def removed(self, tag: int) -> Edit:
        """The edit that takes a top-level element out. KeyError where it is missing."""
        node = self._top[tag]
        return Edit((), tag, vr_of(node), self.value(node), None)


def vr_of(node: Node) -> str:
    """The VR of an element: as it stands, or from the dictionary where it stands as nothing or UN."""
    if node.vr in ("", "UN"):
        return _dictionary(node.tag) or "UN"
    return node.vr


@lru_cache(maxsize=4096)
def _dictionary(tag: int) -> str:
    try:
        return dictionary_VR(tag).split(" or ")[0]
    except KeyError:
        return "UL" if not tag & 0xFFFF else ""


@contextmanager
def looking(path: Path) -> Iterator[Sight]:
    """Open a file and walk over it. Raises DicomReadError or OSError; nothing is held afterwards."""
    with path.open("rb") as stream:
        if not os.fstat(stream.fileno()).st_size:
            raise DicomReadError("", str(Sentence(N_("The file is empty."))))
        with mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ) as data:
            yield Sight(path, data, walk(data))


def unfit(sight: Sight, *, directory: bool = False) -> Sentence | None:
    """Why no element of a file may be edited, or None where one may.

    The byte layer refuses as well; here it is said before a plan is made.
    """
    tree = sight.tree
    if sight.syntax == "1.2.840.10008.1.2.1.99":
        return Sentence(N_("It is deflated: its bytes could not be kept. Send it through the PACS instead."))
    if tree.trouble:
        values = {"what": tree.trouble}
        return Sentence(N_("It cannot be parsed to its end ({what}): no plan is made for what is not certain."), values)
    if sight.is_directory and not directory:
        return Sentence(N_("It is a DICOMDIR, which is made anew with rebuild-dicomdir and not edited."))
    if sight.signed:
        return Sentence(N_("It carries a digital signature, which any change would break."))
    if not any(node.tag >> 16 > 2 for node in tree.nodes):
        return Sentence(N_("It holds no data set."))
    return None


def no_dicom(path: Path, error: Exception) -> Refusal:
    """What is said of a file that cannot be opened, or is none of ours."""
    if isinstance(error, OSError):
        values = {"reason": error.strerror or type(error).__name__}
        return Refusal(path, Sentence(N_("It cannot be read: {reason}."), values))
    return Refusal(path, Sentence(N_("It is no DICOM file that can be read.")))
