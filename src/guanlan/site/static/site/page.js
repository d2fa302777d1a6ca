// What pages do in the browser: the theme, charts, rows that open, times that stay true.
"use strict";

const dark = matchMedia("(prefers-color-scheme: dark)");
const applyTheme = () => { document.documentElement.dataset.bsTheme = dark.matches ? "dark" : "light"; };
applyTheme();
dark.addEventListener("change", () => { applyTheme(); drawCharts(document, true); });

// A chart's option comes as JSON beside it, in the colours of paper; the same option serves the
// screen, where each of those colours is a token of the theme.
const PAPER = {
  "#1B2530": "--g-ink", "#4A5663": "--g-ink2", "#DFE3E8": "--g-line", "#8A949F": "--g-neu",
  "#2B3440": "--g-neg", "#A9D6DE": "--g-pos", "#D3D9DF": "--g-band",
};
function coloured(value, style) {
  if (typeof value === "string") return PAPER[value] ? style.getPropertyValue(PAPER[value]).trim() : value;
  if (Array.isArray(value)) return value.map((item) => coloured(item, style));
  if (value && typeof value === "object") {
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, coloured(item, style)]));
  }
  return value;
}

function drawCharts(root, again) {
  if (!window.echarts) return;
  const style = getComputedStyle(document.documentElement);
  for (const place of root.querySelectorAll("[data-chart]")) {
    const known = echarts.getInstanceByDom(place);
    if (known && !again) continue;
    const option = JSON.parse(document.getElementById(place.dataset.chart).textContent);
    (known || echarts.init(place, null, { renderer: "svg" })).setOption(coloured(option, style), true);
  }
}

document.addEventListener("DOMContentLoaded", () => drawCharts(document));
document.addEventListener("htmx:afterSettle", (event) => drawCharts(event.target));
addEventListener("resize", () => {
  for (const place of document.querySelectorAll("[data-chart]")) echarts.getInstanceByDom(place)?.resize();
});

document.addEventListener("click", (event) => {
  const row = event.target.closest("tr[data-href]");
  if (row && !event.target.closest("a, button, input, label")) location.assign(row.dataset.href);
  const copy = event.target.closest("[data-copy]");
  if (copy) navigator.clipboard.writeText(document.getElementById(copy.dataset.copy).textContent);
});

// A live part that has not answered for half a minute says since when it is stale.
document.addEventListener("htmx:sendError", (event) => event.target.classList.add("stale"));
document.addEventListener("htmx:afterRequest", (event) => {
  if (event.detail.successful) event.target.classList.remove("stale");
});
// Refusals come with 4xx and are meant to be shown.
document.addEventListener("htmx:beforeSwap", (event) => {
  if ([403, 409, 422].includes(event.detail.xhr.status)) {
    event.detail.shouldSwap = true;
    event.detail.isError = false;
  }
});
