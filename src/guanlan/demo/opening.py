"""Opening the demo: an empty database becomes the demo company, with the past already worked through."""

from datetime import datetime, timedelta
from gettext import gettext as _

from django.contrib.auth.hashers import make_password
from django.db import transaction

from guanlan.clocks.actions import open_stream, set_clock
from guanlan.clocks.edge import real_now
from guanlan.clocks.models import Stream
from guanlan.demo.background import background
from guanlan.demo.cast import enlist
from guanlan.demo.generator import SEED, generate
from guanlan.demo.jobs import play_next
from guanlan.demo.phrases import written
from guanlan.demo.shelf import lay_out
from guanlan.demo.volumes import give_usual_volumes
from guanlan.errors import Refused
from guanlan.intake.jobs import read_next_batch, watch_for_silence
from guanlan.people.models import Membership, Person
from guanlan.people.weeks import LOCAL
from guanlan.watch.actions import note_background
from guanlan.watch.jobs import analyse_next, tell_next_signal
from guanlan.watch.models import Watch

RATE = 60
# The past happens in steps of this length, each as one batch per source.
STEP = timedelta(hours=2)
CLOSING_HOUR = 14  # in Shanghai: the hour at which the played part begins
# Made known on purpose: the demo answers to this machine only.
PASSWORD = "guanlan-demo"
_LOOPBACK = ("127.0.0.1", "localhost", "::1")


class NotAlone(Refused):
    """The demo does not mix with a real company, and is not for the network."""


def open_demo(host: str, port: int) -> str:
    """Make the demo company if the database is empty, and return the first words for the terminal.

    A demo that is there stays as it is; one whose opening was broken off is opened to
    its end. Raises NotAlone.
    """
    if host not in _LOOPBACK:
        raise NotAlone(_("演示的密码是公开的，只能在本机打开，请把 --host 改为 127.0.0.1。"))
    stream = Stream.objects.filter(kind=Stream.Kind.DEMO, closed_at=None).order_by("pk").first()
    if stream is None:
        stream = _found(real_now())
    if stream.paused:
        _work_through(stream)
    return _words(host, port)


def begin_of_play(now: datetime) -> datetime:
    """Return the latest moment, not after `now`, at which the played part may begin."""
    begin = now.astimezone(LOCAL).replace(hour=CLOSING_HOUR, minute=0, second=0, microsecond=0)
    return begin if begin <= now else begin - timedelta(days=1)


def _found(now: datetime) -> Stream:
    """Make the company, its stream and what its sources will give; all or nothing."""
    if Person.objects.exists():
        raise NotAlone(_("这里已经有公司的资料，演示不与它混在一起。请用 GUANLAN_HOME 另指一个空文件夹。"))
    story = written("story")
    end = begin_of_play(now) + timedelta(hours=story["played_hours"])
    begin = end - timedelta(hours=story["hours"])
    sealed = make_password(PASSWORD)
    with transaction.atomic():
        stream = open_stream(kind=Stream.Kind.DEMO, name=_("演示"), actor="system", now=begin)
        set_clock(stream=stream, shows=begin, rate=1, paused=True, actor="system", real_now=now)
        watching = enlist(stream, sealed=sealed, now=begin)
        lay_out(stream, generate(SEED, end=end), person=watching, now=begin)
        for name, before in background(SEED, end=begin).items():
            watch = Watch.objects.get(stream=stream, name=name)
            note_background(watch=watch, **before._asdict(), person=watching, now=begin)
        give_usual_volumes(stream, SEED, now=begin)
    return stream


def _work_through(stream: Stream) -> None:
    """Let the past happen step by step on the stream's own clock, then let the clock run."""
    until = begin_of_play(real_now())
    shows = stream.clock_from
    assert shows is not None
    while shows < until:
        shows = min(shows + STEP, until)
        set_clock(stream=stream, shows=shows, rate=1, paused=True, actor="system", real_now=real_now())
        _settle()
    set_clock(stream=stream, shows=until, rate=RATE, paused=False, actor="system", real_now=real_now())


def _settle() -> None:
    """Do what the worker would, until nothing is left to do at this time."""
    stages = (play_next, read_next_batch, watch_for_silence, analyse_next, tell_next_signal)
    for stage in stages:
        while stage():
            pass


def _words(host: str, port: int) -> str:
    serving = Membership.objects.filter(ended_at=None).select_related("person", "group").order_by("pk")
    lines = [
        _("观澜演示已启动：http://{host}:{port}  按 Ctrl+C 停止。").format(host=host, port=port),
        _("最后六小时以 60 倍速播放。所有人的密码都是 {password}，登录名：").format(password=PASSWORD),
        *(
            f"  {at.person.username:<10}{at.person.name}  {at.group.name} {at.get_role_display()}"
            for at in serving
        ),
    ]
    return "\n".join(lines) + "\n"
