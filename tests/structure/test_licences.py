"""What ships stands under permissive licences, by the metadata of what is installed."""

import importlib.metadata as installed
import re
import tomllib

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from source import ROOT

PERMISSIVE = {
    "0BSD",
    "Apache-2.0",
    "Apache-2.0 WITH LLVM-exception",
    "BSD",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "CC0-1.0",
    "ISC",
    "MIT",
    "MIT-0",
    "PSF-2.0",
    "Zlib",
}
# As distributions that give no expression write it in their classifiers.
CLASSIFIERS = {
    "Apache Software License": "Apache-2.0",
    "BSD License": "BSD",
    "MIT License": "MIT",
    "Python Software Foundation License": "PSF-2.0",
}
# Of a name, not of code: “QR Code” is a registered mark.
NO_LICENCE = {("qrcode", "Other/Proprietary License")}
# The MPL binds its own files only; we change none of them and link to none of them statically.
FILES_OF_THEIR_OWN = {
    "certifi": "the list of certificate authorities, as Mozilla publishes it",
    "fido2": "the public suffix list, a data file beside BSD code",
    "orjson": "two of its Rust sources; the rest is Apache-2.0 or MIT",
    "tqdm": "its older sources; the rest is MIT",
}
# Not permissive, and not shipped: chosen and installed by whoever runs a database server of their own.
CHOSEN_BY_OPERATORS = {"postgres": {"psycopg", "psycopg-binary"}}

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]


def closure(requirements: list[str]) -> set[str]:
    """Return the names of all that these requirements bring along."""
    found: set[tuple[str, str]] = set()
    waiting = [Requirement(one) for one in requirements]
    while waiting:
        wanted = waiting.pop()
        for extra in ("", *wanted.extras):
            if (canonicalize_name(wanted.name), extra) in found:
                continue
            found.add((canonicalize_name(wanted.name), extra))
            below = map(Requirement, installed.distribution(wanted.name).requires or [])
            waiting += [one for one in below if one.marker is None or one.marker.evaluate({"extra": extra})]
    return {name for name, _extra in found}


def expression(name: str) -> str:
    """Return a distribution's licence as an SPDX expression, as far as its metadata says it."""
    metadata = installed.metadata(name)
    classifiers = [
        one.split(" :: ")[-1] for one in metadata.get_all("Classifier") or [] if "License ::" in one
    ]
    known = [CLASSIFIERS.get(one, one) for one in classifiers if (name, one) not in NO_LICENCE]
    return metadata["License-Expression"] or " AND ".join(known) or metadata["License"] or "unknown"


def permissive(said: str) -> bool:
    """Whether one may choose permissive licences for all parts that an expression names."""
    names = re.split(r"( AND | OR |\(|\))", said.replace(" (MPL 2.0)", ""))
    words = {" AND ": " and ", " OR ": " or ", "(": "(", ")": ")", "": ""}
    return bool(
        eval("".join(words.get(name, str(CLASSIFIERS.get(name, name) in PERMISSIVE)) for name in names))
    )


def test_what_ships_is_permissive() -> None:
    names = closure(PROJECT["dependencies"])
    refused = {name: expression(name) for name in names if not permissive(expression(name))}
    assert set(refused) == set(FILES_OF_THEIR_OWN), refused
    assert all("MPL" in said or "Mozilla" in said for said in refused.values())


def test_what_operators_choose_is_named() -> None:
    shipped, extras = closure(PROJECT["dependencies"]), PROJECT["optional-dependencies"]
    for extra in set(extras) - {"dev", "bench"}:  # these build, test and compare; they are in no installation
        refused = {name for name in closure(extras[extra]) - shipped if not permissive(expression(name))}
        assert refused == CHOSEN_BY_OPERATORS.get(extra, set()), extra


def test_an_expression_is_read_by_its_words() -> None:
    assert permissive("MIT")
    assert permissive("Apache-2.0 OR LGPL-2.1-only")
    assert permissive("BSD-2-Clause AND Apache-2.0 WITH LLVM-exception")
    assert not permissive("LGPL-2.1-only")
    assert not permissive("MPL-2.0 AND (Apache-2.0 OR MIT)")
    assert not permissive("unknown")
