import { CandlestickSeries, CrosshairMode, LineSeries, LineStyle, createChartEx } from "lightweight-charts";
import { legendOf } from "./legend.js";
import { written } from "./numbers.js";
import { Below, paneSizes } from "./panes.js";
import { onThemeChange, tokens } from "./theme.js";
import { Trade } from "./trade.js";
import { axisIn, momentIn, momentsIn, tickIn, zoneOfChart } from "./zoned_axis.js";

const DASHES = {
  solid: LineStyle.Solid,
  dashed: LineStyle.Dashed,
  long: LineStyle.LargeDashed,
  dotted: LineStyle.Dotted,
  sparse: LineStyle.SparseDotted,
};
const AXIS_LABEL = 11;
const TOUCHING = 16;

export function candleChart(figure, data) {
  const place = figure.querySelector(".chart-canvas");
  const zone = zoneOfChart(data);
  const chart = createChartEx(place, axisIn(zone), {
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
  const among = lines.filter((_, number) => data.lines[number].pane === 0);
  (among[among.length - 1] ?? candles).attachPrimitive(trade.foreground);
  const below = new Below(data, lines);

  const paint = () => {
    const colours = tokens();
    chart.applyOptions(chartColours(colours, data, zone));
    candles.applyOptions(candleColours(colours, data, candles));
    lines.forEach((line, place) => line.applyOptions({ color: lineColour(colours, data.lines[place]) }));
    trade.paint(colours);
    below.paint(colours);
  };
  paint();
  onThemeChange(paint);
  legendOf(figure, chart, candles, lines, data, momentsIn(zone, data.daily));
  show(chart, place, data);
  paneSizes(chart, place);
  return chart;
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
    lineType: isHigher(line) ? 1 : 0,
    lastValueVisible: false,
    priceLineVisible: false,
    crosshairMarkerVisible: false,
    priceFormat: { type: "custom", minMove: 10 ** -line.decimals, formatter: (value) => written(value, line.decimals) },
    // The candles make the scale of their pane; an average that runs out of it is cut.
    autoscaleInfoProvider: line.pane ? undefined : () => null,
  }, line.pane);
  series.setData(line.points.map(([time, value]) => ({ time, value })));
  return series;
}

function isHigher(line) {
  return line.dash === "dotted" || line.dash === "sparse";
}

function chartColours(colours, data, zone) {
  return {
    layout: {
      panes: { enableResize: false, separatorColor: colours.line, separatorHoverColor: colours.line },
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
      tickMarkFormatter: tickIn(zone),
    },
    crosshair: {
      vertLine: { color: colours.edge, labelBackgroundColor: colours.ink2 },
      horzLine: { color: colours.edge, labelBackgroundColor: colours.ink2 },
    },
    localization: { locale: "en-GB", timeFormatter: momentIn(zone, data.daily) },
  };
}

function candleColours(colours, data, candles) {
  return {
    upColor: colours.rosefill,
    downColor: colours.fell,
    borderUpColor: colours.rose,
    borderDownColor: colours.fell,
    wickUpColor: colours.rose,
    wickDownColor: colours.fell,
    priceFormat: {
      type: "custom",
      minMove: 10 ** -data.decimals,
      formatter: (price) => written(price, data.decimals),
      tickmarksFormatter: (prices) => clearOfTags(prices, data, candles),
    },
  };
}

function lineColour(colours, line) {
  return isHigher(line) ? colours.ink3 : colours.accent;
}

// An ordinary label that would touch the tag of a level, or would be cut at an edge, is left out.
function clearOfTags(prices, data, candles) {
  const bottom = candles.getPane().getHeight() - TOUCHING / 2;
  const tags = data.levels.map((level) => candles.priceToCoordinate(level.price));
  return prices.map((price) => {
    const place = candles.priceToCoordinate(price);
    const touches = tags.some((tag) => tag !== null && place !== null && Math.abs(tag - place) < TOUCHING);
    return touches || place < TOUCHING / 2 || place > bottom ? "" : written(price, data.decimals);
  });
}

// The newest bars that fit at seven pixels each, or more of them where the signal lies further back; behind them
// clear space for the names of the levels.
function show(chart, place, data) {
  const last = data.candles.length + data.gaps.length - 1;
  const fits = Math.max(30, Math.floor((place.clientWidth - 120) / 7));
  let first = Math.max(0, last - fits + 1);
  if (data.focus !== null) {
    const focus = data.candles.findIndex(([time]) => time >= data.focus);
    first = Math.max(0, Math.min(first, focus - Math.ceil(fits / 8)));
  }
  const right = data.levels.length ? Math.ceil(((last - first) / fits) * 6) : 2;
  chart.timeScale().setVisibleLogicalRange({ from: first - 0.5, to: last + right });
}
