"""The templates that ship: found in a checkout, and in a wheel, where no folder stands beside the package."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from guanlan.plan.shipped import FIRST_CHOICE, first_choice, template, templates
from plan.shipped import FOLDER, NAMES

READ_THEM = """
import django
django.setup()
import guanlan
from guanlan.plan.shipped import first_choice, templates
print(guanlan.__file__)
print(*(found.code for found in templates()))
print(first_choice().document.meta.name)
"""


def test_every_file_of_the_folder_is_a_template() -> None:
    assert [f"{found.code}.yaml" for found in templates()] == list(NAMES)
    for found in templates():
        assert found.content == (FOLDER / f"{found.code}.yaml").read_bytes()


def test_where_nobody_chose_it_is_the_plan_of_five_groups() -> None:
    assert first_choice() == template(FIRST_CHOICE) == template("five-groups")
    assert template("no-such") is None


@pytest.mark.slow
def test_a_built_wheel_carries_and_reads_them(tmp_path: Path) -> None:
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path / "dist")]
    subprocess.run(build, cwd=FOLDER.parent, check=True, capture_output=True)
    (wheel,) = (tmp_path / "dist").glob("*.whl")
    unpacked = tmp_path / "unpacked"
    zipfile.ZipFile(wheel).extractall(unpacked)

    told = subprocess.run(
        [sys.executable, "-c", READ_THEM],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(unpacked), "GUANLAN_HOME": str(tmp_path / "home")},
        check=True,
        capture_output=True,
        text=True,
    )

    assert told.stdout.splitlines() == [
        str(unpacked / "guanlan" / "__init__.py"),
        "five-groups three-tiers",
        "客服舆情应急预案（五组制）",
    ]
