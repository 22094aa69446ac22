"""A PictureInfo for tests that need only a part of it."""

from console.model.picture import (
    Angles,
    Calibration,
    CharacterSet,
    Grayscale,
    Identity,
    PictureInfo,
    Rate,
)


def info_with(grayscale: Grayscale | None, identity: Identity | None = None) -> PictureInfo:
    """An XA object of one 4x4 frame."""
    return PictureInfo(
        path="/data/Zhang San/xa.dcm",
        size=1000,
        mtime_ns=1,
        sop_class="1.2.840.10008.5.1.4.1.1.12.1",
        sop_class_name="X-Ray Angiographic Image Storage",
        sop_instance_uid="1.2.3",
        transfer_syntax="1.2.840.10008.1.2.1",
        transfer_syntax_name="Explicit VR Little Endian",
        modality="XA",
        rows=4,
        columns=4,
        frames=1,
        samples=1,
        photometric="MONOCHROME2",
        rate=Rate(0.0, "still"),
        duration_s=0.0,
        calibration=Calibration("none", "px", None, None),
        angles=Angles(None, None, ""),
        identity=identity or Identity(),
        character_set=CharacterSet("", "ISO_IR 6", False),
        grayscale=grayscale,
    )
