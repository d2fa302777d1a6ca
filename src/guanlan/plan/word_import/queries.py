"""What a Word file that was taken in says."""

from guanlan.evidence.queries import content_of
from guanlan.plan.models import WordPlan
from guanlan.plan.word_import.reading import Line, read


def lines_of(word: WordPlan) -> tuple[Line, ...]:
    """Return the file's lines."""
    return read(content_of(word.file), word.file.name)


def plan_name(lines: tuple[Line, ...]) -> str:
    """Return what the file calls itself: its first short line that ends like a plan's name; or nothing."""
    endings = ("预案", "方案", "办法", "制度")  # zh-data: how such documents are called
    return next(
        (line.text for line in lines[:12] if line.text.endswith(endings) and len(line.text) <= 60), ""
    )
