"""Compiled kernels never outlive the sources they were made from."""

import json
import os
import subprocess
import sys
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

    own, common = kernels._homes()

    assert not kernels._writable(own)
    assert common.name.startswith("guanlan-kernels-")
    assert kernels._writable(common)


POST = {"id": "1", "platform": "weibo", "text": "退款没到账", "published_at": "2026-03-02T09:00:00+08:00"}


@pytest.mark.slow
def test_where_nothing_can_be_written_it_reads_and_says_that_it_is_slower(tmp_path: Path) -> None:
    posts, out, file = tmp_path / "posts.jsonl", tmp_path / "out.jsonl", tmp_path / "file"
    posts.write_text(json.dumps(POST))
    file.write_text("")

    run = subprocess.run(
        [Path(sys.executable).with_name("guanlan"), "analyse", posts, "--out", out],
        env=os.environ | {"NUMBA_CACHE_DIR": str(file / "below"), "GUANLAN_HOME": str(tmp_path / "home")},
        capture_output=True,
        text=True,
        check=True,
    )

    assert json.loads(out.read_text())["id"] == "1"
    assert "编译结果无处可存" in run.stderr
