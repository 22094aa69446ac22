"""TinyDB over checked files."""

import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest
from tinydb import where

from console.errors import StoreError
from console.store.documents import CheckedStorage, open_documents
from console.store.files import previous_of, read_checked, write_checked
from tests.unit.store.processes import CHECKOUT


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "work.json"


def test_documents_are_there_after_opening_again(path: Path) -> None:
    documents = open_documents(path)
    first = documents.insert({"name": "李工", "value": 1.5, "nested": {"list": [1, None, True]}})
    documents.table("others").insert({"name": "two"})
    documents.update({"value": 2}, where("name") == "李工")
    again = open_documents(path)
    assert again.get(doc_id=first) == {"name": "李工", "value": 2, "nested": {"list": [1, None, True]}}
    assert [document["name"] for document in again.table("others")] == ["two"]


def test_opening_alone_makes_no_file(path: Path) -> None:
    assert list(open_documents(path)) == []
    assert not path.exists()


def test_the_file_reads_as_json_below_its_first_line(path: Path) -> None:
    open_documents(path).insert({"name": "李工"})
    line, content = path.read_text("utf-8").split("\n", 1)
    assert line.startswith("#cathlab-store 1 sha256:")
    assert json.loads(content) == {"_default": {"1": {"name": "李工"}}}
    assert "李工" in content


def test_file_names_that_are_not_utf8_come_back(path: Path) -> None:
    # GIVEN a file name in GBK, as a server with an old locale gives it
    name = os.fsdecode("张伟.dcm".encode("gbk"))
    open_documents(path).insert({"path": name})
    assert open_documents(path).all()[0]["path"] == name


def test_a_write_that_fails_changes_neither_file_nor_memory(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # GIVEN open documents
    documents = open_documents(path)
    documents.insert({"number": 1, "tags": ["a"]})
    before = path.read_bytes()
    # WHEN the disk is full
    with monkeypatch.context() as patch:
        patch.setattr(os, "write", no_space)
        with pytest.raises(StoreError, match="full"):
            documents.insert({"number": 2})
        with pytest.raises(StoreError, match="full"):
            documents.update({"tags": ["b"]})
        with pytest.raises(StoreError, match="full"):
            documents.remove(where("number") == 1)
    # THEN file and memory are as before, and work goes on in the same object
    assert path.read_bytes() == before
    assert documents.all() == [{"number": 1, "tags": ["a"]}]
    documents.insert({"number": 2})
    assert [document["number"] for document in open_documents(path)] == [1, 2]


def no_space(*_arguments: object) -> int:
    raise OSError(28, "No space left on device")


def test_a_value_that_is_no_json_leaves_the_file_alone(path: Path) -> None:
    documents = open_documents(path)
    documents.insert({"number": 1})
    before = path.read_bytes()
    with pytest.raises(TypeError):
        documents.insert({"when": datetime.now(UTC)})
    assert path.read_bytes() == before
    assert previous_of(path).exists() is False


def test_damage_is_told_and_the_generation_before_is_used(path: Path) -> None:
    documents = open_documents(path)
    documents.insert({"number": 1})
    documents.insert({"number": 2})
    path.write_bytes(path.read_bytes()[:-3])
    told: list[str] = []
    again = open_documents(path, tell=told.append)
    assert [document["number"] for document in again] == [1]
    assert told == [again.recovered]
    assert "work.json.damaged-" in again.recovered


def test_damage_during_the_session_is_told_when_it_is_met(path: Path) -> None:
    told: list[str] = []
    documents = open_documents(path, tell=told.append)
    documents.insert({"number": 1})
    documents.insert({"number": 2})
    assert told == []
    path.write_bytes(b"")
    documents.insert({"number": 3})
    assert len(told) == 1
    assert [document["number"] for document in open_documents(path)] == [1, 3]


def test_a_second_console_reads_and_changes_nothing(path: Path) -> None:
    documents = open_documents(path)
    documents.insert({"number": 1})
    reader = open_documents(path, read_only=True)
    documents.insert({"number": 2})
    # THEN it sees what the other writes, and every change is refused in words
    assert [document["number"] for document in reader] == [1, 2]
    assert reader.search(where("number") == 2)
    documents.remove(where("number") == 2)
    assert reader.search(where("number") == 2) == []
    before = path.read_bytes()
    for change in (
        lambda: reader.insert({"number": 3}),
        lambda: reader.remove(where("number") == 1),
        reader.truncate,
        reader.drop_tables,
    ):
        with pytest.raises(StoreError, match="another console"):
            change()
    assert path.read_bytes() == before


def test_a_second_console_leaves_damage_to_the_first(path: Path) -> None:
    documents = open_documents(path)
    documents.insert({"number": 1})
    documents.insert({"number": 2})
    path.write_bytes(b"bad")
    told: list[str] = []
    reader = open_documents(path, read_only=True, tell=told.append)
    assert [document["number"] for document in reader] == [1]
    assert len(told) == 1
    assert path.read_bytes() == b"bad"


def test_threads_that_share_documents_lose_nothing(path: Path) -> None:
    documents = open_documents(path)

    def work(name: int) -> None:
        for number in range(10):
            documents.table("shared").insert({"name": name, "number": number})
            documents.table("shared").upsert({"name": name, "last": number}, where("last").exists())

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(work, range(6)))
    found = open_documents(path).table("shared").search(where("number").exists())
    assert sorted((document["name"], document["number"]) for document in found) == [
        (name, number) for name in range(6) for number in range(10)
    ]
    assert len(open_documents(path).table("shared")) == 61


@pytest.mark.parametrize(
    "content", [b"[]", b'{"_default": []}', b"not json", b""], ids=["list", "no table", "no JSON", "empty"]
)
def test_something_other_than_documents_is_a_sentence(path: Path, content: bytes) -> None:
    write_checked(path, content)
    with pytest.raises(StoreError, match="other than documents"):
        open_documents(path)
    assert read_checked(path).data == content


def test_tables_can_be_dropped(path: Path) -> None:
    documents = open_documents(path)
    documents.table("a").insert_multiple([{"number": 1}, {"number": 2}])
    documents.table("b").insert({"number": 3})
    documents.drop_table("a")
    assert open_documents(path).tables() == {"b"}
    documents.drop_tables()
    assert open_documents(path).tables() == set()


def test_several_updates_at_once_are_one_generation(path: Path) -> None:
    documents = open_documents(path)
    documents.insert_multiple([{"number": 1}, {"number": 2}])
    documents.update_multiple([({"seen": True}, where("number") == 1), ({"seen": False}, where("number") == 2)])
    assert [document["seen"] for document in open_documents(path)] == [True, False]
    storage = CheckedStorage(previous_of(path))
    assert storage.read() == {"_default": {"1": {"number": 1}, "2": {"number": 2}}}


def test_settings_and_files_load_without_tinydb_and_locks() -> None:
    program = (
        "import sys, console.settings, console.paths, console.store.files, console.store.lock, console.store.audit; "
        "print([name for name in ('tinydb', 'filelock', 'platformdirs', 'textual', 'pydantic') if name in sys.modules])"
    )
    found = subprocess.check_output([sys.executable, "-B", "-c", program], cwd=CHECKOUT, text=True)
    assert found.strip() == "[]"
