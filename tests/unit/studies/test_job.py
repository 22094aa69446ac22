"""The run that the screen starts: another process, progress and one outcome, stopped at once, never left over."""

import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from console.errors import ConsoleError
from console.i18n import set_language
from console.model.index_report import IndexReport
from console.model.progress import Progress
from console.studies import job
from console.studies.job import IndexJob
from console.studies.run_lock import RunLock
from tests.unit.studies.discs import archive, ask, burn, counts
from tests.unit.studies.processes import CHECKOUT


class Listener:
    """Keeps what a job says."""

    def __init__(self) -> None:
        self.told: list[Progress] = []
        self.done: list[IndexReport | ConsoleError] = []
        self.begun = threading.Event()

    def progress(self, moment: Progress) -> None:
        self.told.append(moment)
        if moment.done:
            self.begun.set()

    def report(self) -> IndexReport:
        (outcome,) = self.done
        assert isinstance(outcome, IndexReport), outcome
        return outcome


def run(
    home: Path, *paths: Path, during: Callable[[IndexJob, Listener], object] = lambda job, listener: None
) -> Listener:
    listener = Listener()
    one = IndexJob(home, paths)
    one.start(listener.progress, listener.done.append)
    during(one, listener)
    assert one.wait(30) is not None
    return listener


def test_a_job_reports_progress_and_what_it_found(tmp_path: Path) -> None:
    disc, home = burn(archive(tmp_path / "disc", 8), {"x.zip": b"no zip"}), tmp_path / "home"
    listener = run(home, disc)
    report = listener.report()
    assert counts(report) == (80, 8, 8, 16)
    assert [problem.path for problem in report.problems] == [str(disc / "x.zip")]
    assert listener.told[0] == Progress(0, 0, listener.told[0].elapsed_s, listener.told[0].what)
    assert ask(home, "SELECT count(*) FROM study") == [(8,)]


def test_a_job_that_is_stopped_ends_at_once_and_keeps_what_it_read(tmp_path: Path) -> None:
    # GIVEN an archive that takes a while
    disc, home = archive(tmp_path / "disc", 400, instances=10), tmp_path / "home"
    moments: list[float] = []

    def stop(one: IndexJob, listener: Listener) -> None:
        assert listener.begun.wait(20)
        moments.append(time.monotonic())
        one.cancel()
        one.wait(10)
        moments.append(time.monotonic())

    # WHEN it is stopped as soon as it has begun to read
    report = run(home, disc, during=stop).report()
    # THEN it has ended within a third of a second, and what was read is there
    if report.cancelled:
        assert moments[1] - moments[0] < 2  # 0.3 s on a machine that does nothing else, and the process going down
    assert ask(home, "SELECT count(*) FROM instance") == [(report.read,)]
    # AND goes on next time
    again = run(home, disc).report()
    assert (again.read + report.read, again.instances) == (8000, 8000)


def test_a_refusal_comes_in_the_language_of_the_screen(tmp_path: Path) -> None:
    set_language("en")
    (outcome,) = run(tmp_path / "home", tmp_path / "not there").done
    assert isinstance(outcome, ConsoleError)
    assert "There is no such file or folder" in outcome.detail


def test_a_second_job_is_told_who_is_at_work(tmp_path: Path) -> None:
    disc, home = archive(tmp_path / "disc", 1), tmp_path / "home"
    home.mkdir()
    lock = RunLock(home)
    lock.acquire()
    (outcome,) = run(home, disc).done
    lock.release()
    assert isinstance(outcome, ConsoleError)
    assert f"Process {os.getpid()}" in outcome.detail


@pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL")
def test_a_job_whose_process_is_killed_has_an_outcome_all_the_same(tmp_path: Path) -> None:
    disc, home = archive(tmp_path / "disc", 400, instances=10), tmp_path / "home"

    def kill(one: IndexJob, listener: Listener) -> None:
        assert listener.begun.wait(20)
        assert one.pid is not None
        os.kill(one.pid, 9)

    listener = run(home, disc, during=kill)
    (outcome,) = listener.done
    assert isinstance(outcome, ConsoleError)
    assert "What it had read stays" in outcome.detail


@pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL")
def test_a_process_that_does_not_listen_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # GIVEN a process that hangs, as on a dead share
    site = burn(tmp_path / "site", {"sitecustomize.py": (
        b"import time\nimport console.studies.build as build\n"
        b"def hang(home, paths, progress, cancelled, processes=None):\n"
        b"    from console.model.progress import Progress\n    progress(Progress(1, 0, 0.0))\n    time.sleep(60)\n"
        b"build.build_index = hang\n")})  # fmt: skip
    monkeypatch.setenv("PYTHONPATH", str(site))
    monkeypatch.setattr(job, "PATIENCE", 0.2)

    def stop(one: IndexJob, listener: Listener) -> None:
        assert listener.begun.wait(20)
        one.cancel()

    report = run(tmp_path / "home", tmp_path, during=stop).report()
    assert report.cancelled


@pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL")
def test_the_run_ends_when_the_console_dies(tmp_path: Path) -> None:
    # GIVEN a console that has started a run, with reader processes
    disc, home = archive(tmp_path / "disc", 300, instances=20), tmp_path / "home"
    script = (
        "import sys, time; from pathlib import Path; from console.studies.job import IndexJob\n"
        "job = IndexJob(Path(sys.argv[1]), [Path(sys.argv[2])])\n"
        "job.start(lambda moment: moment.done and print(job.pid, flush=True), print); time.sleep(60)"
    )
    console = subprocess.Popen(
        [sys.executable, "-c", script, str(home), str(disc)], cwd=CHECKOUT, stdout=subprocess.PIPE
    )
    assert console.stdout is not None
    pid = int(console.stdout.readline())
    family = [psutil.Process(pid)]
    family += family[0].children(recursive=True)
    # WHEN the console is killed
    console.kill()
    console.communicate()
    # THEN nothing of the run lives on
    _gone, alive = psutil.wait_procs(family, timeout=5)
    assert alive == []


def test_the_console_loads_nothing_that_only_the_run_needs() -> None:
    script = (
        "import sys, console.studies.job\n"
        "heavy = ('pydicom', 'pypinyin', 'sqlite3', 'numpy', 'console.studies.build')\n"
        "print([name for name in heavy if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", script], cwd=CHECKOUT, capture_output=True, text=True, timeout=60)
    assert done.stdout == "[]\n", done.stderr
