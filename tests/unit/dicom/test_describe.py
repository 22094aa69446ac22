"""`cathlab info --json`: stable keys, plain values, identity hidden on request."""

import json

from console.dicom.describe import info_json
from console.model.picture import Grayscale, Identity, LookupTable, Window
from tests.unit.dicom.infos import info_with

PERSON = Identity("张^三", "4711", "1970-01-02", "M", "A99", "市第一医院")
SECRETS = ("张", "4711", "1970", "A99", "市第一", "Zhang San")


def test_the_keys_that_scripts_rely_on_are_there() -> None:
    # GIVEN DESIGN section 11
    told = info_json(info_with(Grayscale(8, False, False), PERSON), privacy=False)
    for key in (
        "sop_class transfer_syntax rows columns frames rate duration_s calibration angles patient_name character_set "
        "pipeline problems"
    ).split():
        assert key in told
    assert set(told["rate"]) >= {"fps", "source"}
    assert set(told["calibration"]) >= {"source", "unit", "row_spacing", "column_spacing", "warnings"}
    assert set(told["angles"]) >= {"primary_deg", "secondary_deg", "text"}
    assert set(told["character_set"]) >= {"declared", "used", "repaired"}
    assert told["patient_name"] == "张^三"


def test_everything_is_plain_json() -> None:
    grayscale = Grayscale(12, False, True, windows=(Window(1, 2),), voi_tables=(LookupTable(0, 8, (1, 2, 3)),))
    told = info_json(info_with(grayscale), privacy=False)
    assert json.loads(json.dumps(told, allow_nan=False)) == told


def test_privacy_hides_who_it_is_and_nothing_else() -> None:
    info = info_with(Grayscale(8, False, False), PERSON)
    hidden = info_json(info, privacy=True)
    text = json.dumps(hidden, ensure_ascii=False)
    assert not any(secret in text for secret in SECRETS)
    assert hidden["patient_name"] == "***"
    shown = info_json(info, privacy=False)
    same = {key for key in shown if shown[key] == hidden[key]}
    assert set(shown) - same == {
        "path",
        "patient_name",
        "patient_id",
        "birth_date",
        "sex",
        "accession_number",
        "institution",
    }
