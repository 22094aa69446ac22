"""A run as a whole: real samples, kills, cancelling, a full disk, two at once, readers that break down."""

import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
from contextlib import closing
from pathlib import Path

import pytest

from console.errors import ConsoleError, DicomReadError, StoreError
from console.model.progress import Progress
from console.studies import build, intake, objects, workers
from console.studies.database import open_index
from console.studies.run_lock import RunLock
from tests.support import need_samples
from tests.unit.store.test_full_disk import mounting
from tests.unit.studies.discs import archive, ask, burn, content, counts, dicom, index
from tests.unit.studies.processes import CHECKOUT, run, start

KILLS = 60
SEED = 20261120
POSIX = pytest.mark.skipif(sys.platform == "win32", reason="there are no such signals")


def test_counts_and_values_equal_a_plain_walk_with_pydicom(tmp_path: Path) -> None:
    # GIVEN the real samples, as pydicom reads them one by one
    import pydicom
    from pydicom.errors import InvalidDicomError

    samples, home = need_samples(), tmp_path / "home"
    known = {}
    for path in sorted(path for path in samples.rglob("*") if path.is_file()):
        try:
            ds = pydicom.dcmread(path, stop_before_pixels=True)
        except (InvalidDicomError, AttributeError, ValueError, OSError, NotImplementedError):
            continue
        if "SOPInstanceUID" in ds and ds.get("StudyInstanceUID"):
            known[str(path)] = ds
    assert len(known) > 50
    # WHEN the index takes them in
    index(home, samples)
    # THEN it has each of them with the same values
    rows = {
        os.path.join(folder, name): row
        for folder, name, *row in ask(
            home,
            "SELECT d.path, i.name, i.uid, s.uid, s.modality, s.number, i.number, f.rows, f.columns, t.uid, t.date, "
            "t.patient_id, f.sop_class FROM instance i JOIN form f ON f.id = i.form JOIN dir d ON d.id = i.dir "
            "JOIN series s ON s.id = i.series JOIN study t ON t.id = s.study",
        )
    }
    for name, ds in known.items():
        uid, series, modality, _series_number, number, height, width, study, date, patient_id, sop_class = rows[name]
        own = ds.SOPInstanceUID or ds.file_meta.get("MediaStorageSOPInstanceUID", "")
        assert (uid, series, study) == (own, ds.get("SeriesInstanceUID", ""), ds.StudyInstanceUID), name
        assert sop_class == ds.SOPClassUID, name
        assert modality == (ds.get("Modality") or ""), name
        assert number == (None if ds.get("InstanceNumber") in (None, "") else int(ds.InstanceNumber)), name
        assert (height, width) == (ds.get("Rows") or 0, ds.get("Columns") or 0) or not height, name
        raw = str(ds.get("StudyDate") or "").replace(".", "")
        assert date.replace("-", "") == (raw if len(raw) == 8 else ""), name
        if str(ds.get("PatientID", "")).isascii():
            assert patient_id == str(ds.get("PatientID") or "").strip(), name
    # AND the counts of the report are those of the walk
    studies = {(ds.StudyInstanceUID, str(ds.get("PatientID") or "")) for ds in known.values()}
    only = ask(home, "SELECT count(DISTINCT uid) FROM instance WHERE uid != ''")[0][0]
    assert only >= len({ds.SOPInstanceUID for ds in known.values()})
    assert ask(home, "SELECT count(*) FROM study")[0][0] >= len(studies)


def test_a_folder_without_anything_is_an_index_of_nothing(tmp_path: Path) -> None:
    (tmp_path / "disc").mkdir()
    report = index(tmp_path / "home", tmp_path / "disc")
    assert (report.files, counts(report), report.problems) == (0, (0, 0, 0, 0), ())


@pytest.mark.parametrize("names", [["not there"], ["not there", "neither"]])
def test_nothing_to_take_in_is_one_sentence(tmp_path: Path, names: list[str]) -> None:
    with pytest.raises(DicomReadError, match="There is no such file or folder"):
        index(tmp_path / "home", *(tmp_path / name for name in names))


def test_progress_counts_up_to_a_total_that_is_known(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(build, "_REPORT_S", 0.0)
    disc, home = archive(tmp_path / "disc", 10), tmp_path / "home"
    told: list[Progress] = []
    index(home, disc, progress=told.append)
    assert told[0].total == 0
    assert {moment.total for moment in told[1:]} == {100}
    done = [moment.done for moment in told]
    assert done == sorted(done)
    assert done[-1] == 100
    assert any(str(disc) in moment.what for moment in told)
    # AND the second time the total is known from the first
    told.clear()
    index(home, disc, progress=told.append)
    assert told[-1].total in (0, 100)


class _Patience:
    """Says stop after so many questions."""

    def __init__(self, questions: int) -> None:
        self.left = questions

    def __call__(self) -> bool:
        self.left -= 1
        return self.left < 0


@pytest.mark.parametrize("questions", [0, 1, 5, 20, 60, 150])
def test_a_run_that_is_stopped_keeps_what_it_read_and_the_next_goes_on(tmp_path: Path, questions: int) -> None:
    disc, home = archive(tmp_path / "disc", 30), tmp_path / "home"
    # WHEN it is stopped sooner or later
    report = index(home, disc, cancelled=_Patience(questions))
    # THEN what was read stands in the list
    assert report.cancelled == (report.instances < 300) or report.cancelled
    assert ask(home, "SELECT count(*) FROM instance") == [(report.instances,)]
    assert ask(home, "SELECT coalesce(sum(instance_count), 0) FROM study") == [(report.instances,)]
    # AND the next run reads the rest only
    again = index(home, disc)
    assert not again.cancelled
    assert (again.read, counts(again)) == (300 - report.instances, (300, 30, 30, 60))
    fresh = tmp_path / "fresh"
    index(fresh, disc)
    assert content(home) == content(fresh)


def test_a_stopped_run_ends_within_a_third_of_a_second(tmp_path: Path) -> None:
    disc, home = archive(tmp_path / "disc", 60, instances=20), tmp_path / "home"
    stopped: list[float] = []

    def cancelled() -> bool:
        enough = ask_count(home) > 200
        if enough and not stopped:
            stopped.append(time.monotonic())
        return bool(stopped)

    def ask_count(home: Path) -> int:
        return len(read)

    read: list[Progress] = []
    report = index(home, disc, processes=2, cancelled=cancelled, progress=read.append)
    if not stopped:  # it was faster than two hundred reports
        assert not report.cancelled
        return
    assert time.monotonic() - stopped[0] < 0.3


@POSIX
def test_sixty_kills_at_any_moment_leave_an_index_that_opens_and_goes_on(tmp_path: Path) -> None:
    # GIVEN an archive that is taken in by runs which are killed
    disc = archive(tmp_path / "disc", 20, instances=4)
    burn(disc, {"text": b"no DICOM object in here", "DICOMDIR": b"rubbish " * 9})
    wanted = tmp_path / "wanted"
    index(wanted, disc)
    complete = content(wanted)
    home = tmp_path / "home"
    home.mkdir()
    chance = random.Random(SEED)
    process = start("nursery", home, disc)
    orders, answers = process.stdin, process.stdout
    assert orders is not None
    assert answers is not None
    killed, finished = 0, 0
    try:
        for number in range(KILLS):
            orders.write(b"\n")
            orders.flush()
            pid = int(answers.readline().removeprefix(b"pid "))
            # Not a wait: a moment somewhere in the run that follows.
            time.sleep(chance.uniform(0, 0.12))
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
            if answers.readline() == b"killed\n":
                killed += 1
            else:
                finished += 1
            # THEN it opens each time, nothing stands there twice, and each study stands for files that are there
            with closing(open_index(home, read_only=True)) as connection:
                assert connection.execute("PRAGMA quick_check").fetchone() == ("ok",)
                twice = "SELECT count(*) FROM (SELECT 1 FROM instance GROUP BY dir, name HAVING count(*) > 1)"
                assert connection.execute(twice).fetchone() == (0,)
            if finished and number % 2:
                # Begin anew, so that the next kills meet a run at work.
                for name in os.listdir(home):
                    os.unlink(home / name)
                finished = 0
    finally:
        process.communicate()
    assert killed > KILLS / 2
    # AND one run that is left alone ends with what an undisturbed one has
    report = index(home, disc)
    assert not report.cancelled
    assert content(home) == complete


@POSIX
@pytest.mark.parametrize("way", ["limit", "tmpfs"])
def test_a_full_disk_is_one_sentence_and_with_room_the_run_goes_on(tmp_path: Path, way: str) -> None:
    # GIVEN a home on a disk with little room
    disc, home = archive(tmp_path / "disc", 150), tmp_path / "home"
    home.mkdir()
    world = mounting(home) if way == "tmpfs" else None
    if world is None:
        found = run("build-small", home, "400000", disc)
    else:
        script = 'mount -t tmpfs -o size=512k tmpfs "$0" && exec "$@"'
        found = run("build-small", home, "0", disc, before=[*world, "sh", "-c", script, str(home)])
    # THEN the refusal names the place and says what to do
    assert str(home) in found["refusal"]
    assert "Free some space" in found["refusal"]
    # AND with room the next run ends as any other
    assert counts(index(home, disc)) == (1500, 150, 150, 300)


def test_two_runs_at_once_are_refused_in_words(tmp_path: Path) -> None:
    disc, home = archive(tmp_path / "disc", 1), tmp_path / "home"
    index(home, disc)
    lock = RunLock(home)
    lock.acquire()
    try:
        with pytest.raises(StoreError, match=f"Process {os.getpid()} builds the index"):
            index(home, disc)
    finally:
        lock.release()
    assert index(home, disc).unchanged == 10


@POSIX
def test_the_lock_of_a_run_that_was_killed_is_free(tmp_path: Path) -> None:
    script = (
        "import sys, time; from pathlib import Path; from console.studies.run_lock import RunLock\n"
        "RunLock(Path(sys.argv[1])).acquire(); print('held', flush=True); sys.stdin.read()"
    )
    holder = subprocess.Popen(
        [sys.executable, "-c", script, str(tmp_path)], cwd=CHECKOUT, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert holder.stdout is not None
    assert holder.stdout.readline() == b"held\n"
    with pytest.raises(StoreError, match=f"Process {holder.pid} "):
        RunLock(tmp_path).acquire()
    holder.kill()
    holder.communicate()
    lock = RunLock(tmp_path)
    lock.acquire()
    lock.release()
    # AND a lock file that is rubbish does not keep anybody out
    (tmp_path / "index.run").write_bytes(b"rubbish " * 900)
    lock.acquire()
    lock.release()


@pytest.fixture
def eager(monkeypatch: pytest.MonkeyPatch) -> None:
    """Reader processes take part from the first file on."""
    monkeypatch.setattr(intake, "_ALONE", 0)


@pytest.mark.usefixtures("eager")
@pytest.mark.parametrize("processes", [2, 3])
def test_more_processes_read_the_same(tmp_path: Path, processes: int) -> None:
    disc = archive(tmp_path / "disc", 30, instances=8)
    one, more = tmp_path / "one", tmp_path / "more"
    assert counts(index(one, disc)) == counts(index(more, disc, processes=processes)) == (480, 30, 30, 60)
    assert content(one) == content(more)


@POSIX
@pytest.mark.usefixtures("eager")
@pytest.mark.parametrize("fault", ["crash", "hang", "rubbish"])
def test_a_reader_that_breaks_down_on_one_file_costs_that_file_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fault: str
) -> None:
    # GIVEN a reader process that crashes, hangs or talks rubbish on one file
    disc, home = archive(tmp_path / "disc", 12, instances=8), tmp_path / "home"
    evil = disc / "p005" / "s1" / "IM3"
    site = tmp_path / "site"
    site.mkdir()
    action = {
        "crash": "os.kill(os.getpid(), 11)",
        "hang": "time.sleep(60)",
        "rubbish": "os.write(3, b'rubbish' * 99), os._exit(0)",
    }[fault]
    (site / "sitecustomize.py").write_text(
        "import os, time\nimport console.studies.objects as objects\nreal = objects.read_file\n"
        f"def read_file(path, deep):\n    if path == {str(evil)!r}:\n        {action}\n    return real(path, deep)\n"
        "objects.read_file = read_file\n"
    )
    monkeypatch.setenv("PYTHONPATH", str(site))
    monkeypatch.setattr(workers, "BATCH_SECONDS", 1.0)
    monkeypatch.setattr(workers, "FILE_SECONDS", 0.5)
    # This process reads none of them itself.
    monkeypatch.setattr(objects, "read_files", lambda folder, names, deep: [(None, "deep")] * len(names))
    # WHEN the archive is taken in THEN everything else is, and the file is named
    report = index(home, disc, processes=2)
    assert report.instances == 12 * 2 * 8 - 1
    (problem,) = report.problems
    assert problem.path == str(evil)
    assert ("took too long" if fault == "hang" else "broke down on it") in problem.what
    # AND next time only what hung is tried again
    again = index(home, disc, processes=2)
    assert again.read == (1 if fault == "hang" else 0)
    assert len(again.problems) == 1


def test_objects_that_need_pydicom_are_read_in_a_process_of_their_own(tmp_path: Path) -> None:
    # GIVEN an enhanced object, whose rate stands where our own reader does not look
    disc = burn(
        tmp_path / "disc", {"a": dicom("1.1", sop_class="1.2.840.10008.5.1.4.1.1.12.1.1", frames=3, rows=4, columns=4)}
    )
    script = (
        "import sys; from pathlib import Path; from tests.unit.studies.discs import index\n"
        "index(Path(sys.argv[1]), Path(sys.argv[2])); print('pydicom' in sys.modules)"
    )
    line = [sys.executable, "-c", script, str(tmp_path / "home"), str(disc)]
    done = subprocess.run(line, cwd=CHECKOUT, capture_output=True, text=True, timeout=60)
    assert done.stdout == "False\n", done.stderr
    ((notes,),) = ask(tmp_path / "home", "SELECT notes FROM instance")
    assert objects.UNREAD not in notes.split("\\") or "enhanced-unread" in notes


def test_studies_appear_while_the_run_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(intake, "_COMMIT_S", 0.0)
    monkeypatch.setattr(intake, "_SETTLE_S", 0.0)
    monkeypatch.setattr(build, "_REPORT_S", 0.0)
    disc, home = archive(tmp_path / "disc", 30), tmp_path / "home"
    seen: list[int] = []
    index(home, disc, progress=lambda _moment: seen.append(ask(home, "SELECT count(*) FROM study")[0][0]))
    assert 0 < seen[len(seen) // 2] < 30
    assert seen == sorted(seen)
    fresh = tmp_path / "fresh"
    monkeypatch.undo()
    index(fresh, disc)
    assert content(home) == content(fresh)


def test_a_reader_of_the_index_does_not_stop_a_run(tmp_path: Path) -> None:
    disc, home = archive(tmp_path / "disc", 5), tmp_path / "home"
    index(home, disc)
    burn(disc, {"new": dicom("8.8", study="8")})
    with closing(open_index(home, read_only=True)) as connection:
        rows = connection.execute("SELECT id FROM instance")
        assert rows.fetchone()
        assert index(home, disc).read == 1
        assert len(rows.fetchall()) == 49


def cathlab(*words: str) -> "subprocess.CompletedProcess[str]":
    line = [sys.executable, "-m", "console", "--lang", "en", *words]
    return subprocess.run(line, cwd=CHECKOUT, capture_output=True, text=True, timeout=60)


def test_the_verb_prints_one_json_document_and_nothing_else(tmp_path: Path) -> None:
    disc = archive(tmp_path / "disc", 3)
    burn(disc, {"bad.zip": b"no zip", "gone/DICOMDIR": b"rubbish " * 9})
    done = cathlab("--home", str(tmp_path / "home"), "index", str(disc), "--json")
    assert (done.returncode, done.stderr) == (0, "")
    document = json.loads(done.stdout)
    assert {key: document[key] for key in ("files", "instances", "patients", "studies", "series")} == {
        "files": 32, "instances": 30, "patients": 3, "studies": 3, "series": 6
    }  # fmt: skip
    assert [os.path.basename(problem["path"]) for problem in document["problems"]] == ["bad.zip", "DICOMDIR"]
    assert document["seconds"] > 0


def test_the_verb_for_reading_and_its_refusals(tmp_path: Path) -> None:
    home, disc = str(tmp_path / "home"), archive(tmp_path / "disc", 2)
    done = cathlab("index", str(disc), "--home", home)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines()[0] == "2 patients, 2 studies, 4 series, 20 objects"
    refused = cathlab("index", str(tmp_path / "not there"), "--home", home, "--json")
    assert (refused.returncode, refused.stdout) == (1, "")
    assert refused.stderr.count("\n") == 1
    assert "There is no such file or folder" in refused.stderr
    usage = cathlab("index", "--home", home)
    assert (usage.returncode, usage.stdout) == (2, "")


def test_the_verb_loads_no_library_that_it_does_not_need(tmp_path: Path) -> None:
    disc = burn(tmp_path / "disc", {"a": dicom("1.1")})
    script = (
        "import sys; sys.argv = ['cathlab', '--home', sys.argv[1], 'index', sys.argv[2], '--json']\n"
        "from console.cli import main; main()\n"
        "heavy = ('textual', 'rich', 'pydicom', 'numpy', 'pypinyin', 'tinydb', 'filelock', 'zipfile', 'asyncio')\n"
        "print([name for name in heavy if name in sys.modules], file=sys.stderr)"
    )
    line = [sys.executable, "-c", script, str(tmp_path / "home"), str(disc)]
    done = subprocess.run(line, cwd=CHECKOUT, capture_output=True, text=True, timeout=60)
    assert done.stderr == "[]\n"


def test_errors_from_two_threads_are_sentences(tmp_path: Path) -> None:
    disc, home = archive(tmp_path / "disc", 20), tmp_path / "home"
    outcomes: list[str] = []

    def work() -> None:
        try:
            outcomes.append(str(index(home, disc).instances))
        except ConsoleError as error:
            outcomes.append(error.title)

    threads = [threading.Thread(target=work) for _number in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert "200" in outcomes
    assert set(outcomes) <= {"200", "Index at work"}
