"""What the front end's build laid: whole, self-contained, with its licences."""

import importlib.util
import json
import re
from pathlib import Path
from types import ModuleType
from xml.etree import ElementTree

import pytest

ROOT = Path(__file__).parents[2]
VENDOR = ROOT / "src/guanlan/site/static/vendor"
FONTS = ROOT / "src/guanlan/documents/fonts"


@pytest.fixture(scope="module")
def build() -> ModuleType:
    spec = importlib.util.spec_from_file_location("hatch_build", ROOT / "hatch_build.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_lock_names_no_address_of_a_package_and_hashes_each() -> None:
    packages = json.loads((ROOT / "frontend/package-lock.json").read_text(encoding="utf-8"))["packages"]
    locked = {name: package for name, package in packages.items() if name}
    assert "node_modules/echarts" in locked
    assert all(package["integrity"].startswith("sha512-") for package in locked.values())
    assert not any("resolved" in package for package in locked.values())


@pytest.mark.parametrize("name", ["tabler.min.css", "tabler.min.js", "echarts.min.js"])
def test_static_files_refer_to_nothing_outside(name: str) -> None:
    text = (VENDOR / name).read_text(encoding="utf-8")
    assert len(text) > 100_000
    assert "sourceMappingURL" not in text
    if name.endswith(".css"):
        assert re.findall(r"url\((?!\s*['\"]?data:)[^)]*\)", text) == []
        assert "@import" not in text


def test_every_listed_icon_is_in_the_sprite() -> None:
    names = (ROOT / "frontend/icons.txt").read_text(encoding="utf-8").split()
    symbols = ElementTree.parse(VENDOR / "icons.svg").getroot()
    assert [symbol.get("id") for symbol in symbols] == names
    assert all(len(symbol) for symbol in symbols)


def test_licences_stand_beside() -> None:
    said = {path.name: path.read_text(encoding="utf-8") for path in (VENDOR / "licenses").iterdir()}
    assert "MIT License" in said["tabler.txt"]
    assert "Apache License" in said["echarts.txt"]
    assert all("SIL OPEN FONT LICENSE" in path.read_text("utf-8").upper() for path in FONTS.glob("OFL-*.txt"))
    assert len(list(FONTS.glob("OFL-*.txt"))) == 2


def test_references_are_stripped_and_the_rest_stays(build: ModuleType) -> None:
    css = "a{b:c}@font-face{font-family:x;src:url(x.woff2)}\n/*# sourceMappingURL=a.css.map */"
    assert build.strip_references(css) == "a{b:c}\n"
    assert build.strip_references("f();\n//# sourceMappingURL=a.js.map") == "f();\n"


def test_npm_trusts_the_system_and_keeps_the_machines_settings(
    build: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = tmp_path / "npmrc"
    settings.touch()
    monkeypatch.setattr(build, "GLOBAL_SETTINGS", (str(settings),))
    monkeypatch.setenv("npm_config_registry", "https://mirror.example/")
    monkeypatch.delenv("NODE_USE_SYSTEM_CA", raising=False)
    environment = build.npm_environment(tmp_path)
    assert environment["NODE_USE_SYSTEM_CA"] == "1"
    assert environment["npm_config_globalconfig"] == str(settings)
    assert environment["npm_config_registry"] == "https://mirror.example/"
    assert Path(environment["npm_config_cache"]).parent == tmp_path


def test_a_changed_lock_or_icon_list_asks_for_a_new_build(build: ModuleType, tmp_path: Path) -> None:
    (tmp_path / "frontend").mkdir()
    for name in ("frontend/package-lock.json", "frontend/icons.txt", "hatch_build.py"):
        (tmp_path / name).write_text("one", encoding="utf-8")
    stamps = {build.stamp_of(tmp_path)}
    for name in ("frontend/package-lock.json", "frontend/icons.txt", "hatch_build.py"):
        (tmp_path / name).write_text(f"two {name}", encoding="utf-8")
        stamps.add(build.stamp_of(tmp_path))
    assert len(stamps) == 4
    assert build.read_stamp(VENDOR) == build.read_stamp(FONTS) == build.stamp_of(ROOT)
