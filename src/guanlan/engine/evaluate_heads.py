"""What the heads beside the stance get right on texts of which they learnt no near copy."""

from collections.abc import Iterator
from gettext import gettext as _
from pathlib import Path

import numpy as np

from guanlan.engine.corpus import read
from guanlan.engine.grid import grid
from guanlan.engine.heads import scores
from guanlan.engine.learning import linear
from guanlan.engine.model import Model
from guanlan.engine.ngrams import Array
from guanlan.engine.tasks import (
    ABUSE,
    ADVERTISEMENT,
    CATEGORY,
    EMOTION,
    EVERYDAY,
    INVENTED,
    TEST,
    Task,
    tasks,
)
from guanlan.engine.train_heads import Learnt, fit_head, unseen_scores

TENTH = 10
FIFTH = 5


def evaluate_heads(folder: Path, *, seed: int) -> Iterator[tuple[str, str]]:
    """Yield (title, table) for what `folder` can examine: nothing if it holds no open sets."""
    lines: list[list[str]] = []
    alarms: list[list[str]] = []
    matrix = ""
    for task in tasks(folder):
        if task.name == CATEGORY:
            real = task.sources != INVENTED
            said = unseen_scores(task, np.ones(len(real), np.bool_), seed).argmax(axis=1)
            lines.append(_line(task, task.labels[real], said[real]))
            matrix = confusion(task, task.labels[real], said[real])
            continue
        exam = exam_of(task)
        learnt = fit_head(task, exam, 0, seed=seed)
        said = _scores(task, learnt)[exam].argmax(axis=1)
        lines.append(_line(task, task.labels[exam], said))
        if task.name in (ABUSE, ADVERTISEMENT):
            alarms += _alarms(folder, task, learnt)
    if lines:
        yield (
            _("情绪、辱骂、广告、投诉类别"),
            grid([_("任务"), _("条数"), _("准确率"), _("宏 F1"), _("各类 F1")], lines),
        )
        yield _("投诉类别混淆表"), matrix
        yield (
            _("误报：没学过的来源里被判为辱骂或广告的"),
            grid([_("任务"), _("来源"), _("条数"), _("被判为是")], alarms),
        )


def exam_of(task: Task) -> Array:
    """Return bool (n,) of the exam's texts.

    Emotion: the test rows. Abuse: the last tenth of the rows that are split off for training.
    Advertisement: every fifth mail.
    """
    if task.name == EMOTION:
        return np.asarray(task.splits == TEST)
    if task.name == ABUSE:
        rows = np.flatnonzero(task.splits == "train")
        return np.isin(np.arange(len(task.labels)), rows[len(rows) * (TENTH - 1) // TENTH :])
    mail = ~np.isin(task.sources, EVERYDAY)
    return np.asarray(mail & (np.arange(len(task.labels)) % FIFTH == 0))


def f1(truth: Array, said: Array, classes: int) -> list[float]:
    """Return each class's F1 = 2 * both / (true + said); 0 for a class in neither."""
    found = []
    for place in range(classes):
        both = int(np.sum((truth == place) & (said == place)))
        found.append(2 * both / max(1, int(np.sum(truth == place)) + int(np.sum(said == place))))
    return found


def macro_f1(truth: Array, said: Array, classes: int) -> float:
    """Return the mean of `f1` over the classes."""
    return sum(f1(truth, said, classes)) / classes


def confusion(task: Task, truth: Array, said: Array) -> str:
    """Return the table of how many texts of each class (a line) were said to be which (a column)."""
    heads = [_("实为（行）判为（列）"), *task.classes]
    lines = []
    for place, name in enumerate(task.classes):
        counts = np.bincount(said[truth == place], minlength=len(task.classes))
        lines.append([name, *(str(count) for count in counts)])
    return grid(heads, lines)


def _scores(task: Task, learnt: Learnt) -> Array:
    bias = np.array(learnt.head.bias)
    return np.asarray(linear(task.known.rows, task.known.ends, learnt.head.scale * learnt.table, bias))


def _line(task: Task, truth: Array, said: Array) -> list[str]:
    each = f1(truth, said, len(task.classes))
    parts = "，".join(f"{name} {share:.2f}" for name, share in zip(task.classes, each, strict=True))
    right = float(np.mean(truth == said))
    return [task.name, f"{len(truth):,}", f"{right:.3f}", f"{sum(each) / len(each):.3f}", parts]


def _alarms(folder: Path, task: Task, learnt: Learnt) -> Iterator[list[str]]:
    """Of each source that the head learnt nothing from, the share it says yes to."""
    corpus = read(folder)
    model = Model(learnt.table, (learnt.head,), {})
    lead = scores(corpus.texts, model)
    chance = 1000 / (1 + np.exp(lead[:, 1] - lead[:, 0]))
    for source in np.unique(corpus.sources).tolist():
        if source not in task.sources:
            of_it = corpus.sources == source
            yes = float(np.mean(chance[of_it] >= learnt.head.working))
            yield [task.name, source, f"{int(of_it.sum()):,}", f"{yes:.4f}"]
