"""The helper process from the console's side: fast, thread-safe, replaceable, never longer than its deadline."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Generator
from pathlib import Path

import numpy as np
import psutil
import pytest

import console
from console.dicom.channel import Gone, ThreadChannel, TooLate
from console.dicom.messages import pack, receive
from console.dicom.reader import PictureReader
from console.errors import DecodeError, DicomReadError
from console.i18n import set_language
from console.model.picture import Rate
from tests.unit.dicom.builders import picture, pydicom_file, write, xa

PACKAGE_PARENT = Path(console.__file__).parents[1]


@pytest.fixture
def reader() -> Generator[PictureReader]:
    """A reader that is closed after the test."""
    made = PictureReader()
    yield made
    made.close()


@pytest.fixture
def cine(tmp_path: Path) -> Path:
    """Five native frames."""
    pixels = b"".join(picture(number).tobytes() for number in range(1, 6))
    return write(tmp_path / "cine.dcm", xa(5, FrameTime="40"), pixels)


def wait_until_gone(pid: int, seconds: float = 5.0) -> bool:
    """Whether the process ends in time; a zombie has ended."""
    try:
        psutil.Process(pid).wait(seconds)
    except psutil.NoSuchProcess:
        return True
    except psutil.TimeoutExpired:
        return False
    return True


def helper_of(reader: PictureReader) -> int:
    """Process id of the helper that runs."""
    pid = reader.pid
    assert pid is not None
    return pid


def test_every_frame_comes_as_it_was_stored_and_owns_its_memory(reader: PictureReader, cine: Path) -> None:
    # GIVEN a cine of five frames
    info = reader.open(cine)
    assert (info.rows, info.columns, info.frames) == (16, 16, 5)
    assert info.rate == Rate(25.0, "FrameTime")
    assert info.duration_s == pytest.approx(0.2)
    # WHEN all are read, the first kept while the others come
    frames = [reader.frame(info, number) for number in range(1, 6)]
    # THEN each is what was written, and nobody else writes into it
    for number, frame in enumerate(frames, 1):
        assert np.array_equal(frame, picture(number))
        assert frame.flags.owndata
        assert frame.flags.writeable


def test_the_user_interface_side_imports_no_pydicom() -> None:
    # GIVEN a fresh interpreter that imports what the screens use
    code = (
        "import sys, console.dicom.reader, console.dicom.pixels, console.dicom.geometry, console.dicom.describe\n"
        "from console.dicom.text import clean\n"
        "clean('x')\n"
        "print([name for name in ('pydicom', 'imagecodecs', 'PIL', 'textual') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=PACKAGE_PARENT, capture_output=True, text=True, check=True)
    # THEN none of the heavy ones came along
    assert done.stdout.strip() == "[]"


def test_the_helper_starts_from_any_folder_and_ignores_what_lies_there(tmp_path: Path, cine: Path) -> None:
    # GIVEN a current folder with modules that a stranger named like ours
    trap = tmp_path / "stick"
    trap.mkdir()
    for name in ("numpy.py", "pydicom.py", "console.py"):
        (trap / name).write_text("raise SystemExit(1)")
    code = (
        f"import sys; sys.path.insert(0, {str(PACKAGE_PARENT)!r})\n"
        "from pathlib import Path\n"
        "from console.dicom.reader import PictureReader\n"
        f"reader = PictureReader(); info = reader.open(Path({str(cine)!r}), 20)\n"
        "print(info.frames, reader.frame(info, 2).shape); reader.close()"
    )
    # WHEN a console started there without PYTHONPATH opens a file
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
    done = subprocess.run(
        [sys.executable, "-P", "-c", code], cwd=trap, env=environment, capture_output=True, text=True, check=False
    )
    # THEN the right modules answer
    assert done.stdout.strip() == "5 (16, 16)", done.stderr


def test_a_helper_killed_between_calls_is_replaced_unseen(reader: PictureReader, cine: Path) -> None:
    info = reader.open(cine)
    old = helper_of(reader)
    # WHEN the helper is killed from outside
    psutil.Process(old).kill()
    assert wait_until_gone(old)
    # THEN the next frame comes from another one
    assert np.array_equal(reader.frame(info, 3), picture(3))
    assert helper_of(reader) != old


@pytest.mark.skipif(sys.platform == "win32", reason="stops a process with a signal")
def test_a_helper_that_hangs_costs_its_deadline_and_one_sentence(reader: PictureReader, cine: Path) -> None:
    # GIVEN a helper that answers nothing any more
    info = reader.open(cine)
    old = helper_of(reader)
    os.kill(old, signal.SIGSTOP)
    # WHEN a frame is asked for
    started = time.monotonic()
    with pytest.raises(DecodeError, match=r"cine\.dcm took longer than 0\.3 s"):
        reader.frame(info, 1, deadline=0.3)
    # THEN the call ended at its deadline, the hanging helper is gone, and the next call works
    assert time.monotonic() - started < 2
    assert wait_until_gone(old)
    assert np.array_equal(reader.frame(info, 1), picture(1))


@pytest.mark.skipif(sys.platform == "win32", reason="stops a process with a signal")
def test_a_helper_killed_while_it_works_costs_one_sentence(reader: PictureReader, cine: Path) -> None:
    # GIVEN a helper that holds a request
    info = reader.open(cine)
    old = helper_of(reader)
    os.kill(old, signal.SIGSTOP)
    caught: list[BaseException] = []

    def ask() -> None:
        try:
            reader.frame(info, 1, deadline=20)
        except DecodeError as error:
            caught.append(error)

    asking = threading.Thread(target=ask)
    asking.start()
    while not reader.busy:
        os.sched_yield()
    # WHEN it is killed
    psutil.Process(old).kill()
    asking.join(10)
    # THEN the caller reads a sentence at once, and the next call works
    assert not asking.is_alive()
    assert ["has been started anew" in str(error) for error in caught] == [True]
    assert np.array_equal(reader.frame(info, 2), picture(2))


def test_the_helper_ends_when_the_console_is_killed(cine: Path) -> None:
    # GIVEN a console with a helper
    code = (
        "from pathlib import Path\n"
        "from console.dicom.reader import PictureReader\n"
        f"reader = PictureReader(); reader.open(Path({str(cine)!r}), 20)\n"
        "print(reader.pid, flush=True); input()"
    )
    parent = subprocess.Popen(
        [sys.executable, "-c", code], cwd=PACKAGE_PARENT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert parent.stdout is not None
    assert parent.stdin is not None
    helper = int(parent.stdout.readline())
    assert psutil.pid_exists(helper)
    # WHEN the console is killed without a chance to say goodbye
    parent.kill()
    parent.wait()
    # THEN the helper ends by itself
    assert wait_until_gone(helper)
    parent.stdin.close()
    parent.stdout.close()


def test_the_helper_has_its_own_session_and_no_terminal(reader: PictureReader, cine: Path) -> None:
    reader.open(cine)
    process = psutil.Process(helper_of(reader))
    if sys.platform != "win32":
        # ctrl+c at the terminal reaches the console's process group only
        assert os.getpgid(process.pid) != os.getpgid(0)
        assert os.getsid(process.pid) != os.getsid(0)
    assert process.terminal() is None


@pytest.mark.skipif(sys.platform != "linux", reason="reads limits from /proc")
def test_the_helper_limits_its_own_memory(reader: PictureReader, cine: Path) -> None:
    reader.open(cine)
    import resource

    soft, _hard = resource.prlimit(helper_of(reader), resource.RLIMIT_AS)
    assert 0 < soft <= 1 << 30


def test_many_threads_share_one_reader(reader: PictureReader, cine: Path) -> None:
    # GIVEN eight threads that read different frames at the same time
    info = reader.open(cine)
    wrong: list[int] = []

    def read(number: int) -> None:
        for _round in range(20):
            if not np.array_equal(reader.frame(info, number), picture(number)):
                wrong.append(number)

    threads = [threading.Thread(target=read, args=(1 + at % 5,)) for at in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    # THEN nobody got another one's frame
    assert wrong == []


def test_a_file_that_changed_is_not_mixed_with_what_was_opened(reader: PictureReader, cine: Path) -> None:
    info = reader.open(cine)
    # WHEN another object takes the file's place
    write(cine, xa(2), picture(9).tobytes() * 2)
    # THEN no frame of it is shown under the old header
    with pytest.raises(DicomReadError, match="was changed since it was opened"):
        reader.frame(info, 1)
    # THEN opening again works
    assert reader.open(cine).frames == 2


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("no such file.dcm", "does not exist"),
        (".", "is a folder"),
    ],
)
def test_what_cannot_be_opened_is_one_sentence(reader: PictureReader, tmp_path: Path, name: str, words: str) -> None:
    with pytest.raises(DicomReadError, match=words):
        reader.open(tmp_path / name)


@pytest.mark.skipif(sys.platform == "win32", reason="named pipes of POSIX")
def test_a_named_pipe_does_not_keep_anybody_waiting(reader: PictureReader, tmp_path: Path) -> None:
    path = tmp_path / "pipe.dcm"
    os.mkfifo(path)
    with pytest.raises(DicomReadError, match="not a file"):
        reader.open(path)


def test_a_file_name_cannot_write_on_the_terminal(reader: PictureReader, tmp_path: Path) -> None:
    # GIVEN a file whose name holds an escape sequence
    path = tmp_path / "a\x1b[31mb.dcm"
    with pytest.raises(DicomReadError) as caught:
        reader.open(path)
    # THEN the sentence does not
    assert "\x1b" not in str(caught.value)
    assert "a[31mb.dcm" in str(caught.value)


def test_a_frame_that_is_not_there_is_one_sentence(reader: PictureReader, cine: Path) -> None:
    info = reader.open(cine)
    with pytest.raises(DecodeError, match="has 5 frames"):
        reader.frame(info, 6)
    with pytest.raises(DecodeError, match="has 5 frames"):
        reader.frame(info, 0)


def test_sentences_follow_the_language_of_the_console(reader: PictureReader, tmp_path: Path) -> None:
    # GIVEN a console that speaks Chinese, as far as its catalogue is there
    set_language("zh")
    with pytest.raises(DicomReadError) as caught:
        reader.open(tmp_path / "none.dcm")
    # THEN the helper's sentence is what the console itself would say
    from console.i18n import _

    assert caught.value.title == _("The file cannot be read")


def test_the_header_lists_every_element_with_its_name(reader: PictureReader, cine: Path) -> None:
    lines = {line.keyword: line for line in reader.header(cine)}
    assert lines["PatientName"].value == "Test^Phantom"
    assert lines["PatientName"].tag == "(0010,0010)"
    assert lines["Rows"].value == "16"
    assert lines["TransferSyntaxUID"].value == "1.2.840.10008.1.2.1"
    assert lines["PixelData"].value == "<1280 bytes>"


def test_a_sequence_is_listed_with_its_items(reader: PictureReader) -> None:
    lines = reader.header(pydicom_file("reportsi.dcm"))
    assert any(line.vr == "SQ" and line.depth == 0 for line in lines)
    assert any(line.depth >= 2 and line.keyword for line in lines)


def test_a_closed_reader_says_so_instead_of_starting_a_helper(cine: Path) -> None:
    reader = PictureReader()
    reader.close()
    with pytest.raises(DicomReadError):
        reader.open(cine)
    assert reader.pid is None


def test_an_answer_can_bring_no_foreign_class_into_the_console() -> None:
    # GIVEN a message from a helper that was taken over
    class Evil:
        def __reduce__(self) -> tuple[object, tuple[str]]:
            return os.system, ("true",)

    # THEN it is refused, not executed, and so is every class that is no answer
    for message in (Evil(), Path("x")):
        with pytest.raises(ValueError, match="no message"):
            receive(reading(pack(message)), plain=True)
    assert receive(reading(pack(Rate(30.0, "FrameTime"))), plain=True) == Rate(30.0, "FrameTime")


def reading(data: bytes) -> Callable[[int], bytes]:
    """`read(count)` over bytes."""
    rest = bytearray(data)

    def read(count: int) -> bytes:
        part = bytes(rest[:count])
        del rest[:count]
        return part

    return read


def test_the_channel_of_windows_keeps_deadlines_too() -> None:
    # GIVEN a child that echoes one line and then waits
    code = "import sys; sys.stdout.write(sys.stdin.readline()); sys.stdout.flush(); sys.stdin.read()"
    child = subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert child.stdin is not None
    assert child.stdout is not None
    channel = ThreadChannel(child.stdin, child.stdout)
    channel.send(b"hello\n")
    assert channel.read(2, time.monotonic() + 10) == b"he"
    assert channel.read(4, time.monotonic() + 10) == b"llo\n"
    # WHEN nothing more comes
    with pytest.raises(TooLate):
        channel.read(1, time.monotonic() + 0.05)
    # THEN the end of the child is seen as well
    child.kill()
    child.wait()
    with pytest.raises(Gone):
        channel.read(1, time.monotonic() + 10)
    channel.close()


def test_the_first_frame_of_a_cine_of_1000_frames_comes_at_once(reader: PictureReader, tmp_path: Path) -> None:
    # GIVEN 1,000 native frames of 512x512, mostly a hole in the file so that the test writes little
    path = write(tmp_path / "long.dcm", xa(1000, 512), b"")
    data = path.read_bytes()
    head = (
        data[: data.rindex(b"\xe0\x7f\x10\x00")] + b"\xe0\x7f\x10\x00OB\0\0" + (1000 * 512 * 512).to_bytes(4, "little")
    )
    with path.open("wb") as stream:
        stream.write(head)
        stream.seek(999 * 512 * 512, os.SEEK_CUR)
        stream.write(picture(7, 512).tobytes())
    reader.start()
    reader.open(path, 20)
    # WHEN it is opened by a warm helper and its last frame read
    started = time.monotonic()
    info = reader.open(path)
    frame = reader.frame(info, 1000)
    seconds = time.monotonic() - started
    # THEN neither took the time of reading 250 MB, nor its memory
    assert info.frames == 1000
    assert np.array_equal(frame, picture(7, 512))
    assert seconds < 0.5
    assert psutil.Process(helper_of(reader)).memory_info().rss < 150 << 20
