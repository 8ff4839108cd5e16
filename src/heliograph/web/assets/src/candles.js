import { CandlestickSeries, CrosshairMode, LineSeries, LineStyle, TickMarkType, createChart } from "lightweight-charts";
import { legendOf } from "./legend.js";
import { onThemeChange, tokens } from "./theme.js";
import { Trade } from "./trade.js";

const DASHES = { solid: LineStyle.Solid, dashed: LineStyle.Dashed, dotted: LineStyle.Dotted };
const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const AXIS_LABEL = 11;
const TOUCHING = 14;

export function candleChart(figure, data) {
  const place = figure.querySelector(".chart-canvas");
  const chart = createChart(place, {
    autoSize: true,
    // The logo would bring a style of its own, which the pages forbid; a link stands under the chart instead.
    layout: { attributionLogo: false },
    handleScroll: { mouseWheel: false, vertTouchDrag: false },
    handleScale: { mouseWheel: false },
    crosshair: { mode: CrosshairMode.Magnet },
  });
  const candles = chart.addSeries(CandlestickSeries, { lastValueVisible: false, priceLineVisible: false });
  candles.setData(withGaps(data));
  const lines = data.lines.map((line) => addLine(chart, line));
  const trade = new Trade(data);
  candles.attachPrimitive(trade);
  // Markers lie above everything, so they are drawn with the series that is drawn last.
  (lines[lines.length - 1] ?? candles).attachPrimitive(trade.foreground);

  const paint = () => {
    const colours = tokens();
    chart.applyOptions(chartColours(colours, data, candles));
    candles.applyOptions(candleColours(colours, data));
    lines.forEach((line, place) => line.applyOptions({ color: lineColour(colours, data.lines[place]) }));
    trade.paint(colours);
  };
  paint();
  onThemeChange(paint);
  legendOf(figure, chart, candles, lines, data);
  show(chart, place, data);
}

// Missing bars are places without a candle, so that the gap is as wide as what is missing.
function withGaps(data) {
  const bars = data.candles.map(([time, open, high, low, close]) => ({ time, open, high, low, close }));
  return [...bars, ...data.gaps.map((time) => ({ time }))].sort((a, b) => a.time - b.time);
}

function addLine(chart, line) {
  const series = chart.addSeries(LineSeries, {
    lineWidth: 1.5,
    lineStyle: DASHES[line.dash],
    lineType: line.dash === "dotted" ? 1 : 0,
    lastValueVisible: false,
    priceLineVisible: false,
    crosshairMarkerVisible: false,
    // The candles make the scale; an average that runs out of it is cut.
    autoscaleInfoProvider: () => null,
  });
  series.setData(line.points.map(([time, value]) => ({ time, value })));
  return series;
}

function chartColours(colours, data, candles) {
  return {
    layout: {
      attributionLogo: false,
      background: { color: colours.surface },
      textColor: colours.ink3,
      fontSize: AXIS_LABEL,
      fontFamily: colours.sans,
    },
    grid: { vertLines: { color: colours.line }, horzLines: { color: colours.line } },
    rightPriceScale: { borderVisible: false, scaleMargins: { top: 0.08, bottom: 0.08 } },
    timeScale: {
      borderColor: colours.line,
      timeVisible: !data.daily,
      secondsVisible: false,
      allowBoldLabels: false,
      tickMarkFormatter: tick,
    },
    crosshair: {
      vertLine: { color: colours.edge, labelBackgroundColor: colours.ink2 },
      horzLine: { color: colours.edge, labelBackgroundColor: colours.ink2 },
    },
    localization: { locale: "en-GB", tickmarksPriceFormatter: (prices) => clearOfTags(prices, data, candles) },
  };
}

// A day has its month beside it: a number alone says nothing.
function tick(time, type) {
  const moment = new Date(time * 1000);
  const month = MONTHS[moment.getUTCMonth()];
  if (type === TickMarkType.Year) return String(moment.getUTCFullYear());
  if (type === TickMarkType.Month) return month;
  if (type === TickMarkType.DayOfMonth) return `${moment.getUTCDate()} ${month}`;
  return moment.toISOString().slice(11, 16);
}

function candleColours(colours, data) {
  return {
    upColor: colours.surface,
    downColor: colours.ink2,
    borderUpColor: colours.ink2,
    borderDownColor: colours.ink2,
    wickUpColor: colours.ink2,
    wickDownColor: colours.ink2,
    priceFormat: { type: "price", precision: data.decimals, minMove: 10 ** -data.decimals },
  };
}

function lineColour(colours, line) {
  return line.dash === "dotted" ? colours.ink3 : colours.accent;
}

// An ordinary label that would touch the tag of a level is left out.
function clearOfTags(prices, data, candles) {
  const tags = data.levels.map((level) => candles.priceToCoordinate(level.price));
  return prices.map((price) => {
    const place = candles.priceToCoordinate(price);
    const touches = tags.some((tag) => tag !== null && place !== null && Math.abs(tag - place) < TOUCHING);
    return touches || place < TOUCHING / 2 ? "" : price.toFixed(data.decimals);
  });
}

// The newest bars that fit at seven pixels each, with clear space for the names of the levels.
function show(chart, place, data) {
  const total = data.candles.length + data.gaps.length;
  const right = data.levels.length ? 6 : 2;
  const fits = Math.max(30, Math.floor((place.clientWidth - 120) / 7));
  let last = total - 1;
  if (data.focus !== null && total > fits) {
    const focus = data.candles.findIndex(([time]) => time >= data.focus);
    last = Math.min(last, Math.max(focus + Math.floor(fits * 0.65), fits - 1));
  }
  const first = Math.max(0, last - fits + 1);
  chart.timeScale().setVisibleLogicalRange({ from: first - 0.5, to: last + right });
}
