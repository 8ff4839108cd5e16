import { candleChart } from "./candles.js";

// One chart per figure; its data stands in the page, so nothing is asked for again.
for (const figure of document.querySelectorAll("figure[data-chart]")) {
  const data = JSON.parse(document.getElementById(figure.dataset.chart).textContent);
  if (data.candles.length) candleChart(figure, data);
}
