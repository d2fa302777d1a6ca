"""The worker: runs the main flow round and round until it is told to stop."""

import gc
import logging
import signal
import threading
from types import FrameType

from django.db import close_old_connections

from guanlan.clocks.edge import give_way
from guanlan.demo.jobs import play_next
from guanlan.flow import STAGES, Stage

log = logging.getLogger(__name__)

IDLE_SECONDS = 0.5


class Worker:
    """Runs the stages in order; stops between two steps, never inside one."""

    def __init__(self, stages: tuple[Stage, ...] = (play_next, *STAGES)) -> None:
        self.stages = stages
        self.stopping = threading.Event()

    def stop(self, _signal: int = 0, _frame: FrameType | None = None) -> None:
        """Ask the loop to end after the step it is in."""
        self.stopping.set()

    def run(self) -> None:
        """Run until stopped; rest only when a whole round found nothing to do."""
        signal.signal(signal.SIGTERM, self.stop)
        signal.signal(signal.SIGINT, self.stop)
        gc.collect()
        gc.freeze()  # what is loaded now stays: the collector need not walk it for every batch of posts
        while not self.stopping.is_set():
            busy = [self.step(stage) for stage in self.stages if not self.stopping.is_set()]
            if not any(busy):
                self.stopping.wait(IDLE_SECONDS)
            close_old_connections()

    def step(self, stage: Stage) -> bool:
        """Run one stage; a failure is logged and the other stages go on."""
        try:
            busy = stage()
        except Exception:  # The worker's outer edge: one broken row must not stop the deadlines.
            log.exception("stage %s.%s failed", stage.__module__, stage.__name__)
            return False
        if busy:
            give_way()
        return busy
