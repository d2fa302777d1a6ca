"""Compiled kernels never outlive the sources they were made from."""

from pathlib import Path

import pytest

from guanlan.engine import kernels


def test_a_changed_constant_in_any_source_means_another_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "one.py").write_text("RUN = 1\n")
    (tmp_path / "kernels.py").write_text("")
    monkeypatch.setattr(kernels, "__file__", str(tmp_path / "kernels.py"))
    before = kernels._fingerprint()

    (tmp_path / "one.py").write_text("RUN = 2\n")

    assert kernels._fingerprint() != before


def test_a_home_that_cannot_be_written_is_no_obstacle(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))

    assert kernels._home().name.startswith("guanlan-kernels-")
