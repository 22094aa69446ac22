"""Files that were damaged at random: the doctor always answers, and soon.

python -m tests.unit.repair.test_doctor_fuzz 2000 [SEED]
"""

import random
import sys
import time
from collections.abc import Iterator

from console.repair.doctor.codes import CODES, diagnosis
from console.repair.doctor.file import look_at
from tests.unit.repair.visits import TODAY, kit

_EVERYDAY = 300
_SLOWEST_S = 2.0
_SPOTS = (b"\xff\xff\xff\xff", b"\0\0\0\0", b"\xfe\xff\x00\xe0", b"\xfe\xff\xdd\xe0", b"SQ\0\0", b"\x1b$)A", b"DICM")


def sources() -> list[bytes]:
    """Sound objects of several kinds."""
    from console.demo.damage_kit import directory

    made = kit()
    native = made.native()
    objects = [("IMAGES/IM1", native), ("IMAGES/IM2", made.native(2))]
    return [native, made.implicit(), made.compressed(), made.jpeg_2000(boxes=False), directory(objects)]


def mutants(count: int, seed: int) -> Iterator[bytes]:
    """Damaged copies: cut, flipped, overwritten, bytes lost or put in."""
    dice = random.Random(seed)
    sound = sources()
    for _number in range(count):
        data = bytearray(dice.choice(sound))
        for _blow in range(dice.randint(1, 4)):
            # The header is where it hurts.
            at = dice.randrange(min(len(data), 3000) if dice.random() < 0.8 else len(data)) if data else 0
            blow = dice.randrange(6)
            if blow == 0:
                del data[at:]
            elif blow == 1 and data:
                data[min(at, len(data) - 1)] ^= 1 << dice.randrange(8)
            elif blow == 2:
                data[at : at + 4] = dice.choice(_SPOTS)
            elif blow == 3:
                del data[at : at + dice.randint(1, 40)]
            elif blow == 4:
                data[at:at] = dice.randbytes(dice.randint(1, 40))
            else:
                data[at : at + 16] = dice.randbytes(16)
        yield bytes(data)


def strike(count: int, seed: int) -> tuple[int, float]:
    """Look at `count` mutants; how many had findings, and how long the slowest took."""
    ill, slowest = 0, 0.0
    for data in mutants(count, seed):
        began = time.monotonic()
        looked = look_at("x.dcm", data, TODAY)
        slowest = max(slowest, time.monotonic() - began)
        told = [diagnosis("x.dcm", found) for found in looked.found]
        assert all(one.code in CODES and str(one.summary) and one.to_json() for one in told)
        ill += bool(told)
    return ill, slowest


def test_no_mutant_breaks_the_doctor() -> None:
    # GIVEN 300 damaged files, WHEN each is looked at, THEN there is an answer in time for every one of them
    ill, slowest = strike(_EVERYDAY, 6)
    assert ill > _EVERYDAY // 2
    assert slowest < _SLOWEST_S


if __name__ == "__main__":
    found, longest = strike(int(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 1)
    sys.stdout.write(f"{sys.argv[1]} mutants, {found} with findings, the slowest took {longest:.3f} s\n")
