import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import { written } from "./numbers.js";
import { onThemeChange, tokens } from "./theme.js";
import { monthOf, stampOf } from "./zone.js";

const HEIGHT = { equity: 240, fall: 110 };
const NARROW = 0.8;
const AXIS_FONT = 11;
const ROOM = 58;
const DAY = 86_400;
// What a tick may be apart: whole days, months, years. The curves have one value a day.
const STEPS = [1, 2, 3, 4, 5, 7, 10, 15, 30, 60, 90, 120, 180, 365, 730, 1825, 3650].map((days) => days * DAY);

// One figure holds the curves of one run or of two: the sums above, how far they are below their highest under it.
for (const figure of document.querySelectorAll("figure[data-curve]")) {
  const data = JSON.parse(document.getElementById(figure.dataset.curve).textContent);
  if (data.days.length) drawCurves(figure, data);
}

function drawCurves(figure, data) {
  let plots = [];
  const draw = () => {
    plots.forEach((plot) => plot.destroy());
    const colours = tokens();
    plots = [...figure.querySelectorAll("[data-part]")].map((place) => drawPart(figure, place, data, colours));
  };
  draw();
  onThemeChange(draw);
  new ResizeObserver(() => {
    for (const plot of plots) plot.setSize(sizeOf(plot.root.parentElement));
  }).observe(figure);
}

function drawPart(figure, place, data, colours) {
  const part = place.dataset.part;
  const values = data.lines.map((line) => line[part]);
  const options = {
    ...sizeOf(place),
    tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1000), "Etc/UTC"),
    legend: { show: false },
    cursor: { sync: { key: figure.dataset.curve }, y: false, drag: { x: false, y: false }, points: { size: 5 } },
    series: [{}, ...data.lines.map((line) => seriesOf(line, colours))],
    axes: axesOf(colours),
    scales: { y: { range: (_, low, high) => spread(Math.min(low, 0), Math.max(high, 0)) } },
    hooks: { draw: [(plot) => drawZero(plot, colours)], setCursor: [(plot) => sayValues(figure, data, plot.cursor.idx)] },
  };
  return new uPlot(options, [data.days, ...values], place);
}

function sizeOf(place) {
  const height = HEIGHT[place.dataset.part];
  return { width: place.clientWidth, height: place.clientWidth < 500 ? Math.round(height * NARROW) : height };
}

function seriesOf(line, colours) {
  const second = line.dash === "dashed";
  return { stroke: second ? colours.ink2 : colours.accent, width: 1.5, dash: second ? [5, 4] : [], points: { show: false } };
}

function axesOf(colours) {
  const common = {
    stroke: colours.ink3,
    font: `${AXIS_FONT}px ${colours.sans}`,
    grid: { stroke: colours.line, width: 1 },
    ticks: { stroke: colours.line, width: 1, size: 4 },
  };
  const days = { ...common, space: 64, incrs: STEPS, values: (_, ticks, __, ___, step) => ticks.map((tick, place) => dayOf(tick, ticks[place - 1], step)) };
  return [days, { ...common, side: 1, space: 22, size: ROOM, values: (_, ticks) => ticks.map((tick) => written(tick, tick % 1 ? 1 : 0)) }];
}

// `10 Jan`; the year where it begins or where ticks are months apart.
function dayOf(tick, before, step) {
  const moment = new Date(tick * 1000);
  const [year, month] = [moment.getUTCFullYear(), monthOf(moment)];
  const turned = before === undefined || new Date(before * 1000).getUTCFullYear() !== year;
  if (step >= 360 * DAY) return String(year);
  const name = step >= 28 * DAY ? month : `${moment.getUTCDate()} ${month}`;
  return turned ? `${name}\n${year}` : name;
}

// A flat line has a scale too.
function spread(low, high) {
  const room = (high - low || 1) * 0.06;
  return [low < 0 ? low - room : low, high > 0 ? high + room : high];
}

function drawZero(plot, colours) {
  const { ctx, bbox } = plot;
  const y = Math.round(plot.valToPos(0, "y", true)) + 0.5;
  ctx.save();
  ctx.strokeStyle = colours.edge;
  ctx.lineWidth = 1;
  ctx.setLineDash([]);
  ctx.beginPath();
  ctx.moveTo(bbox.left, y);
  ctx.lineTo(bbox.left + bbox.width, y);
  ctx.stroke();
  ctx.restore();
}

function sayValues(figure, data, place) {
  const known = place !== null && place !== undefined;
  data.lines.forEach((line, number) => {
    const [sum, fall] = known ? [line.equity[place], line.fall[place]] : [null, null];
    const words = sum === null || sum === undefined ? "" : `${written(sum, 2)} %, ${written(fall, 2)} below`;
    figure.querySelector(`[data-at="${number}"]`).textContent = words;
  });
  figure.querySelector("[data-day]").textContent = known ? `${stampOf(data.days[place], { daily: true })}, UTC` : "";
}
