"""Run a command against a PostgreSQL of its own: started here, stopped here, gone afterwards.

Usage: python tests/with_postgres.py COMMAND...  Says in one sentence what is missing and
exits 0 where the machine has no PostgreSQL programs.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path


def main() -> int:
    programs = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), reverse=True)
    initdb = programs[0] if programs else shutil.which("initdb")
    if not initdb:
        sys.stderr.write("PostgreSQL's initdb is missing: the tests on PostgreSQL were not run.\n")
        return 0
    with tempfile.TemporaryDirectory(prefix="guanlan-pg-") as folder:
        return _run(Path(initdb).parent, Path(folder), sys.argv[1:])


def _run(programs: Path, folder: Path, command: list[str]) -> int:
    cluster = folder / "cluster"
    # initdb refuses root; the system's own user for it owns the folder then.
    as_user = ["runuser", "-u", "postgres", "--"] if os.getuid() == 0 else []
    if as_user:
        shutil.chown(folder, "postgres")
    options = f"-F -c listen_addresses='' -c unix_socket_directories={folder}"
    started = [programs / "pg_ctl", "-w", "-D", cluster, "-l", folder / "log", "-o", options, "start"]
    subprocess.run(
        [*as_user, programs / "initdb", "-A", "trust", "-U", "guanlan", "-D", cluster],
        check=True,
        stdout=subprocess.DEVNULL,
    )
    subprocess.run([*as_user, *started], check=True, stdout=subprocess.DEVNULL)
    try:
        address = f"postgres://guanlan@/postgres?host={folder}"
        os.chmod(folder, 0o755)
        return subprocess.run(command, env={**os.environ, "DATABASE_URL": address}, check=False).returncode
    finally:
        subprocess.run(
            [*as_user, programs / "pg_ctl", "-D", cluster, "-m", "immediate", "stop"],
            check=False,
            stdout=subprocess.DEVNULL,
        )


if __name__ == "__main__":
    raise SystemExit(main())
