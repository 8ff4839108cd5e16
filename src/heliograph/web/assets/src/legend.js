import { written } from "./numbers.js";

// The legend gives the values at the signal bar, under the crosshair those of that bar.
export function legendOf(figure, chart, candles, lines, data, stamp) {
  const legend = figure.querySelector("[data-legend]");
  const words = legend?.querySelector("[data-words]");
  if (!words) return;
  const places = [...legend.querySelectorAll("[data-value], [data-line]")];
  const standing = places.map((place) => place.innerHTML);
  const write = (value, decimals) => (value === undefined ? "–" : written(value, decimals));

  chart.subscribeCrosshairMove((event) => {
    const bar = event.time && event.seriesData.get(candles);
    if (!bar || bar.open === undefined) {
      places.forEach((place, number) => (place.innerHTML = standing[number]));
      words.textContent = words.dataset.words;
      return;
    }
    for (const place of places) {
      const { value, line } = place.dataset;
      place.textContent = value
        ? write(bar[value], data.decimals)
        : write(event.seriesData.get(lines[Number(line)])?.value, data.lines[Number(line)].decimals);
    }
    words.textContent = stamp(event.time);
  });
}
