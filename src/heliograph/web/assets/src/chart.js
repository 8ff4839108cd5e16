import { candleChart } from "./candles.js";

const drawn = new Map();

// One chart per figure; its data stands in the page, so nothing is asked for again. A figure that takes the place
// of another one keeps the part of the time that was looked at.
function drawAll() {
  let range = null;
  for (const [figure, chart] of drawn) {
    if (figure.isConnected) continue;
    range = lookedAt(chart);
    chart.remove();
    drawn.delete(figure);
  }
  for (const figure of document.querySelectorAll("figure[data-chart]")) {
    if (drawn.has(figure)) continue;
    const data = JSON.parse(document.getElementById(figure.dataset.chart).textContent);
    if (!data.candles.length) continue;
    const chart = candleChart(figure, data);
    if (range) chart.timeScale().setVisibleRange(range);
    drawn.set(figure, chart);
  }
}

// Null where the newest bar is in sight: then the next one shall be, too.
function lookedAt(chart) {
  const behind = chart.timeScale().scrollPosition();
  return behind < 0 ? chart.timeScale().getVisibleRange() : null;
}

drawAll();
document.addEventListener("htmx:after:swap", drawAll);
