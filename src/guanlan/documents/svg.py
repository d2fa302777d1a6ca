"""Draws ECharts options as SVG in an embedded V8: the same library file and options as the browser.

Only the worker and the command line draw. Each call has a V8 context of its own, made after any fork
and gone at the end: nothing leaks from one document into the next, and ids begin at zero each time.
"""

import json
import threading
from collections.abc import Sequence
from functools import cache
from gettext import gettext as _
from pathlib import Path
from typing import Any

from py_mini_racer import JSEvalException, MiniRacer

from guanlan.errors import Refused

ECHARTS = Path(__file__).parents[1] / "site/static/vendor/echarts.min.js"
SECONDS = 10
WIDTH = 650

# What ECharts expects of its surroundings; nothing here ever waits or repeats.
SURROUNDINGS = "var self = globalThis; function setTimeout() { return 0 } function clearTimeout() {}"
DRAW = """
function draw(option, width, height) {
  const chart = echarts.init(null, null, {renderer: 'svg', ssr: true, width: width, height: height});
  try {
    chart.setOption(Object.assign({}, option, {animation: false}));
    return chart.renderToSVGString({useViewBox: true, cssAnimation: false, cssEmphasis: false});
  } finally { chart.dispose() }
}
"""

one_at_a_time = threading.Lock()


class CannotDraw(Refused):
    """A chart could not be drawn, or not in time."""

    status = 500


def render_svgs(charts: Sequence[tuple[dict[str, Any], int]]) -> list[str]:
    """One SVG of 650 px width for each (option, height in px), with ids that differ among them.

    The same charts give the same strings. CannotDraw when V8 refuses an option or takes over 10 s.
    """
    if not charts:
        return []
    with one_at_a_time, MiniRacer() as context:
        try:
            for code in (SURROUNDINGS, library(), DRAW):
                context.eval(code, timeout_sec=SECONDS)
            return [draw(context, option, height) for option, height in charts]
        except JSEvalException as refusal:
            raise CannotDraw(
                _("图表没有画成：{why}。请把这份文件的编号告诉管理员。").format(
                    why=str(refusal).strip()[:200]
                )
            ) from refusal


def draw(context: MiniRacer, option: dict[str, Any], height: int) -> str:
    """One chart; V8's own exception when it fails."""
    # `<` cannot end a script here, but two line separators are no JavaScript in old grammars: ASCII is safe.
    call = f"draw({json.dumps(option)}, {WIDTH}, {height})"
    return str(context.eval(call, timeout_sec=SECONDS))


@cache
def library() -> str:
    """ECharts' source, as the front end's build laid it."""
    return ECHARTS.read_text(encoding="utf-8")
