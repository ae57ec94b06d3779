"""What tests share: the sample packs, a service over them, and the test material beside the project."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from filelock import FileLock

from qa.service import BoardQA
from qa.settings import Settings
from tests.packs.build import build

BESIDE = Path(__file__).resolve().parents[2] / "shared"


@pytest.fixture(autouse=True)
def no_settings_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the developer has set for board-qa does not change a test."""
    for name in list(os.environ):
        if name.upper().startswith("BOARD_QA_"):
            monkeypatch.delenv(name)


@pytest.fixture(scope="session", autouse=True)
def clients_name_this_machine() -> Iterator[None]:
    """In-process clients ask by a loopback name, as a browser at the machine does; a service answers to no other."""
    made = TestClient.__init__
    defaults = made.__defaults__ or ()
    assert "http://testserver" in defaults
    with pytest.MonkeyPatch.context() as patch:
        local = tuple("http://127.0.0.1:8000" if given == "http://testserver" else given for given in defaults)
        patch.setattr(made, "__defaults__", local)
        yield


@pytest.fixture(scope="session")
def sample_packs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the sample PDFs with their true pages beside them."""
    folder = tmp_path_factory.mktemp("samples")
    build(folder)
    return folder


@pytest.fixture(scope="session")
def indexed(sample_packs: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with all sample packs indexed; not to be changed. Made once, for all workers of a run."""
    own = tmp_path_factory.mktemp("indexed") / "data"
    base = tmp_path_factory.getbasetemp()
    made = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "indexed-samples"
    with FileLock(f"{made}.lock"):
        if not made.exists():
            service = BoardQA.open(Settings(data=own))
            report = service.ingest([sample_packs])
            service.close()
            assert not report.refused
            shutil.copytree(own, made)
    if not own.exists():
        shutil.copytree(made, own)
    return own


@pytest.fixture(scope="session")
def service(indexed: Path) -> Iterator[BoardQA]:
    """A service over the sample packs; not to be changed."""
    opened = BoardQA.open(Settings(data=indexed))
    yield opened
    opened.close()


@pytest.fixture
def empty_service(tmp_path: Path) -> Iterator[BoardQA]:
    """A service over nothing, to be filled."""
    opened = BoardQA.open(Settings(data=tmp_path / "data"))
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def shared() -> Callable[[str], Path]:
    """A path in the test material beside the project; skips where it is not there."""

    def find(name: str) -> Path:
        path = BESIDE / name
        if not path.exists():
            pytest.skip(f"NOT TESTED: {path} is missing; lay the test material beside the project")
        return path

    return find
