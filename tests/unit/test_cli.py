"""The command line as a script uses it: whole processes, exit status, one JSON document, one sentence."""

import io
import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.phantoms import write_cine
from tests.practice import put_practice_site
from tests.support import need_program, need_samples
from tests.unit.graphics import undraw

ROOT = str(Path(__file__).parents[2])


def cathlab(
    *words: str, environ: dict[str, str] | None = None, binary: bool = False
) -> "subprocess.CompletedProcess[bytes]":
    return subprocess.run(
        [sys.executable, "-m", "console", *words],
        capture_output=True,
        check=False,
        stdin=subprocess.DEVNULL,
        env={**os.environ, "PYTHONPATH": ROOT, **(environ or {})},
    )


def sentence(result: "subprocess.CompletedProcess[bytes]") -> str:
    """The one line on stderr; fails when there is more, or a traceback."""
    text = result.stderr.decode()
    assert "Traceback" not in text
    assert text.count("\n") == 1, text
    assert result.stdout == b""
    return text


def test_version_is_one_line() -> None:
    assert cathlab("--version").stdout.startswith(b"cathlab 0.")


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("verb", ["", "view", "demo", "render", "info", "audit"])
def test_every_verb_explains_itself_in_both_languages(verb: str, language: str) -> None:
    result = cathlab("--lang", language, *([verb] if verb else []), "--help")
    text = result.stdout.decode()
    assert result.returncode == 0
    assert ("用法" in text) == (language == "zh")
    assert ("usage: " in text) == (language == "en")


@pytest.mark.parametrize(
    ("words", "part"),
    [
        (["render"], "required"),
        (["paint"], "invalid choice"),
        (["render", "x.dcm", "--window", "12"], "not C,W"),
        (["render", "x.dcm", "--window", "12,0"], "at least 1"),
        (["render", "x.dcm", "--size", "big"], "COLSxROWS"),
        (["render", "x.dcm", "--size", "0x5"], "between 1 and"),
        (["info", "x.dcm", "--sideways"], "unrecognized"),
        (["view", "nowhere.dcm"], "does not exist"),
    ],
)
def test_a_wrong_command_line_is_one_sentence_and_status_2(words: list[str], part: str) -> None:
    result = cathlab("--lang", "en", *words)
    assert result.returncode == 2
    assert part in sentence(result)


def test_info_is_one_json_document_with_the_keys_that_scripts_rely_on(tmp_path: Path) -> None:
    path = tmp_path / "run.dcm"
    write_cine(path, PositionerPrimaryAngle="32", PositionerSecondaryAngle="-2")
    result = cathlab("info", str(path), "--json")
    document = json.loads(result.stdout)
    assert result.returncode == 0
    assert {
        "sop_class",
        "transfer_syntax",
        "rows",
        "columns",
        "frames",
        "rate",
        "duration_s",
        "calibration",
        "angles",
        "patient_name",
        "character_set",
        "pipeline",
        "problems",
    } <= set(document)
    assert document["frames"] == 12
    assert document["rate"] == {"fps": 10.0, "source": "FrameTime"}
    assert document["angles"]["text"] == "LAO 32 CAU 2"
    assert "张" in document["patient_name"]
    assert {"stage", "what"} <= set(document["pipeline"][0])


def test_privacy_holds_for_info_too(tmp_path: Path, isolated_home: Path) -> None:
    path = tmp_path / "run.dcm"
    write_cine(path, AccessionNumber="ACC99")
    isolated_home.mkdir(exist_ok=True)
    (isolated_home / "settings.json").write_text('{"privacy": true}')
    for words in (["--json"], []):
        text = cathlab("info", str(path), *words).stdout.decode()
        assert "张" not in text
        assert "P0017" not in text
        assert "ACC99" not in text
        assert "***" in text


def test_render_png_is_the_native_matrix_through_the_window(tmp_path: Path) -> None:
    path = tmp_path / "run.dcm"
    pixels = write_cine(path)
    result = cathlab("render", str(path), "--frame", "3", "--window", "128,256", "--graphics", "png")
    with Image.open(io.BytesIO(result.stdout)) as image:
        drawn = np.asarray(image)
    assert drawn.shape == (64, 64)
    assert np.abs(drawn.astype(int) - pixels[2].astype(int)).max() <= 1
    # A narrow window turns everything above its middle white (PS3.3 C.11.2.1.2).
    target = tmp_path / "out.png"
    assert cathlab("render", str(path), "--window", "100,1", "--graphics", "png", "-o", str(target)).returncode == 0
    with Image.open(target) as image:
        assert np.array_equal(np.asarray(image) == 255, pixels[0] > 99.5)


def test_render_draws_as_many_lines_and_columns_as_asked(tmp_path: Path) -> None:
    path = tmp_path / "run.dcm"
    write_cine(path)
    for graphics in ("blocks", "quadrant", "ascii"):
        result = cathlab("render", str(path), "--size", "40x10", "--graphics", graphics, "--colors", "none")
        lines = result.stdout.decode().splitlines()
        assert len(lines) == 10
        assert all(len(line) == 40 for line in lines), graphics
        assert len(set("".join(lines))) > 2


def test_render_of_a_frame_that_is_not_there_says_which_there_are(tmp_path: Path) -> None:
    path = tmp_path / "run.dcm"
    write_cine(path)
    result = cathlab("--lang", "en", "render", str(path), "--frame", "13", "--graphics", "png")
    assert result.returncode == 1
    assert "1 to 12" in sentence(result)
    assert "kitty" in sentence(cathlab("--lang", "en", "render", str(path), "--graphics", "kitti"))


@pytest.mark.parametrize("mode", ["sixel", "kitty"])
def test_render_writes_pixel_graphics_that_hold_the_frame(tmp_path: Path, mode: str) -> None:
    path = tmp_path / "run.dcm"
    pixels = write_cine(path, frames=1)
    words = ("render", str(path), "--window", "128,256", "--graphics", mode, "--size", "64x32")
    drawn = cathlab(*words).stdout
    assert drawn.endswith(b"\n")
    found = undraw.kitty(drawn[:-1])[1] if mode == "kitty" else undraw.sixel(drawn[:-1])[:, :, 0] * 2.55
    small = np.asarray(Image.fromarray(found.astype(np.uint8)).resize((64, 64), Image.Resampling.BOX)).astype(int)
    assert np.abs(small - pixels[0]).mean() < 3


def test_render_equals_what_dcmtk_draws(tmp_path: Path) -> None:
    # GIVEN the real cine; DCMTK windows linearly, and decodes JPEG with another library
    sample = need_samples() / "xa" / "rubo-0002_rca_96f_jpeg50.dcm"
    theirs = tmp_path / "theirs.pgm"
    program = need_program("dcmj2pnm")
    subprocess.run([program, "+Ww", "128", "256", "+F", "40", str(sample), str(theirs)], check=True)
    ours = cathlab("render", str(sample), "--frame", "40", "--window", "128,256", "--graphics", "png").stdout
    with Image.open(theirs) as image, Image.open(io.BytesIO(ours)) as own:
        difference = np.abs(np.asarray(image).astype(int) - np.asarray(own).astype(int))
    assert difference.max() <= 2
    assert difference.mean() < 0.3


def test_every_broken_sample_is_a_document_or_a_sentence() -> None:
    for path in sorted((need_samples() / "broken").iterdir()):
        result = cathlab("--lang", "en", "info", str(path), "--json")
        if result.returncode == 0:
            json.loads(result.stdout)
            assert b"Traceback" not in result.stderr
        else:
            assert path.name in sentence(result) or len(sentence(result)) > 20


def test_a_folder_nobody_may_read_is_a_sentence(tmp_path: Path) -> None:
    # GIVEN a folder of another account; root may read everything, so the test becomes nobody
    secret = tmp_path / "secret"
    secret.mkdir()
    write_cine(secret / "run.dcm", frames=1)
    code = (
        "import os, sys\n"
        "from pathlib import Path\n"
        "from console.pictures import find_files\n"
        "from console.errors import DicomReadError\n"
        "import console.dicom.reader\n"
        "if os.getuid() == 0:\n"
        "    os.setgroups([]); os.setgid(65534); os.setuid(65534)\n"
        "try:\n"
        "    find_files([Path(sys.argv[1])])\n"
        "except DicomReadError as error:\n"
        "    sys.stdout.write(str(error))\n"
    )
    for folder in (tmp_path, *tmp_path.parents):
        if os.getuid() == 0 and folder.stat().st_uid == 0 and str(folder).startswith(str(tmp_path.parents[1])):
            folder.chmod(0o755)
    secret.chmod(0o000)
    try:
        result = subprocess.run(
            [sys.executable, "-c", code, str(secret)],
            capture_output=True,
            text=True,
            check=False,
            env={**os.environ, "PYTHONPATH": ROOT},
            cwd="/",
        )
    finally:
        secret.chmod(0o700)
    assert "cannot be opened" in result.stdout, result.stderr
    assert "permissions" in result.stdout


def test_audit_verify_says_whole_or_damaged(isolated_home: Path) -> None:
    from console.store.audit import AuditLog

    log = AuditLog(isolated_home)
    for number in range(5):
        log.append("something happened", number=str(number))
    assert cathlab("audit", "verify").returncode == 0
    [path] = [file for file in isolated_home.iterdir() if file.suffix == ".jsonl"]
    path.write_bytes(path.read_bytes().replace(b'"2"', b'"7"'))
    result = cathlab("audit", "verify", "--json")
    assert result.returncode == 1
    report = json.loads(result.stdout)
    assert report["ok"] is False
    assert report["first_bad"] == 3


def test_demo_builds_a_site_of_its_own_and_never_in_a_real_home(tmp_path: Path) -> None:
    home = tmp_path / "practice"
    result = cathlab("demo", "--home", str(home), "--build-only")
    assert result.returncode == 0
    picture = Path(result.stdout.decode().strip())
    assert picture.is_relative_to(home)
    document = json.loads(cathlab("info", str(picture), "--json").stdout)
    assert (document["rows"], document["columns"], document["transfer_syntax"]) == (512, 512, "1.2.840.10008.1.2.4.70")
    # GIVEN a home with records THEN the practice site goes beside it
    real = tmp_path / "real"
    cathlab("audit", "verify", "--home", str(real))
    from console.paths import ensure_home

    ensure_home(real)
    before = sorted(entry.name for entry in real.iterdir())
    put_practice_site(real.with_name("real-practice"))
    built = Path(cathlab("demo", "--home", str(real), "--build-only").stdout.decode().strip())
    assert not built.is_relative_to(real)
    assert sorted(entry.name for entry in real.iterdir()) == before


def test_the_console_starts_without_imagecodecs_and_says_what_it_cannot_show(tmp_path: Path) -> None:
    # GIVEN an installation without the codecs: a module of that name that cannot be imported
    (tmp_path / "imagecodecs.py").write_text("raise ImportError('not installed')\n")
    environ = {"PYTHONPATH": os.pathsep.join((str(tmp_path), ROOT))}
    picture = str(put_practice_site(tmp_path / "practice"))
    assert cathlab("--version", environ=environ).returncode == 0
    assert cathlab("info", picture, "--json", environ=environ).returncode == 0
    result = cathlab("--lang", "en", "render", picture, "--graphics", "png", environ=environ)
    assert result.returncode == 1
    assert "cathlab-console[codecs]" in sentence(result)


def test_an_option_before_the_verb_holds_as_one_behind_it_does() -> None:
    from console.arguments import parse

    for words in (["--colors", "256", "view", "x"], ["view", "x", "--colors", "256"]):
        assert parse(words).colors == "256"
    for words in (["--home", "h", "--lang", "zh", "info", "x"], ["info", "x", "--home", "h", "--lang", "zh"]):
        options = parse(words)
        assert (options.home, options.lang) == ("h", "zh")
    assert parse(["render", "x"]).graphics == "auto"
    assert parse(["--graphics", "ascii", "render", "x"]).graphics == "ascii"


def test_render_never_writes_over_a_dicom_file(tmp_path: Path) -> None:
    path = tmp_path / "run.dcm"
    write_cine(path)
    before = path.read_bytes()
    result = cathlab("--lang", "en", "render", str(path), "--graphics", "png", "-o", str(path))
    assert result.returncode == 1
    assert "never replaced" in sentence(result)
    assert path.read_bytes() == before


def test_a_name_that_a_terminal_would_obey_is_harmless_in_a_sentence(tmp_path: Path) -> None:
    evil = tmp_path / "\x1b[31mEVIL\x07"
    result = cathlab("--lang", "en", "view", str(evil))
    assert "\x1b" not in sentence(result)
    assert "EVIL" in sentence(result)
