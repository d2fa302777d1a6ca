"""Starting the product: make the database and static files ready, then web server and worker."""

import signal
import subprocess
import sys
from gettext import gettext as _

from django.conf import settings
from django.core.management import call_command

from guanlan.errors import Refused
from guanlan.site.setup.first import code


def prepare() -> None:
    """Bring the database to this version and collect the static files; needs no network."""
    settings.HOME.mkdir(parents=True, exist_ok=True)
    call_command("migrate", interactive=False, verbosity=0)
    call_command("collectstatic", interactive=False, verbosity=0)


def serve(*, host: str, port: int) -> None:
    """Run web server and worker until interrupted; if either ends, the other is ended too."""
    worker = subprocess.Popen([sys.executable, "-m", "guanlan.cli", "work"])
    web = subprocess.Popen(
        [
            *(sys.executable, "-m", "granian", "--interface", "wsgi", "--no-ws"),
            *("--host", host, "--port", str(port), "--blocking-threads", "4"),
            *("--log-level", "warning", "guanlan.site.wsgi:application"),
        ]
    )
    signal.signal(signal.SIGTERM, lambda *_: web.send_signal(signal.SIGTERM))
    try:
        web.wait()
    except KeyboardInterrupt:
        web.send_signal(signal.SIGTERM)
    finally:
        for process in (web, worker):
            process.terminate()
        for process in (web, worker):
            process.wait(timeout=60)
    if web.returncode not in (0, -signal.SIGTERM):
        raise Refused(
            _("网页服务没有启动：端口 {port} 可能被占用。换一个端口：guanlan up --port 8001。").format(
                port=port
            )
        )


def first_words(host: str, port: int) -> str:
    """Return what the terminal says at the start: where to open the console, and the first code."""
    words = _("观澜已启动：http://{host}:{port}  按 Ctrl+C 停止。\n").format(host=host, port=port)
    first = code()
    if first is not None:
        words += _(
            "还没有人员。请打开 http://{host}:{port}/setup/first/?code={code} 建立第一位管理员。\n"
        ).format(host=host, port=port, code=first)
    return words
