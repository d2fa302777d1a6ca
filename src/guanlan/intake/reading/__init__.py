"""Reading posts out of files and feeds: what was meant, what was refused, where.

`read_posts` tells the format from the content. Unknown is never zero: a count that
cannot be read is null and remarked on; a line that cannot be a post is refused.
"""

from guanlan.intake.reading.batches import Batch, Refusal, Remark
from guanlan.intake.reading.files import read_posts

__all__ = ["Batch", "Refusal", "Remark", "read_posts"]
