import { drawMarker } from "./markers.js";

const DASH = { target: [5, 3] };
const NAME_GAP = 6;

// Zones, levels and markers of one signal, drawn as a primitive of the candles.
export class Trade {
  constructor(data) {
    this.data = data;
    this.colours = {};
    this.tags = data.levels.map((level) => new Tag(this, level));
    const draw = (painter) => ({ draw: (target) => target.useMediaCoordinateSpace((scope) => painter(scope)) });
    this.behind = { zOrder: () => "bottom", renderer: () => draw((scope) => this.drawZones(scope)) };
    const above = { zOrder: () => "normal", renderer: () => draw((scope) => this.drawLevelsAndMarkers(scope)) };
    this.foreground = { paneViews: () => [above] };
  }

  attached({ chart, series, requestUpdate }) {
    this.chart = chart;
    this.series = series;
    this.requestUpdate = requestUpdate;
  }

  paint(colours) {
    this.colours = colours;
    this.requestUpdate?.();
  }

  paneViews() {
    return [this.behind];
  }

  priceAxisViews() {
    return this.tags;
  }

  // Levels belong to the picture even where no candle reached them.
  autoscaleInfo() {
    const prices = this.data.levels.map((level) => level.price);
    if (!prices.length) return null;
    return { priceRange: { minValue: Math.min(...prices), maxValue: Math.max(...prices) } };
  }

  x(time) {
    return this.chart.timeScale().timeToCoordinate(time);
  }

  y(price) {
    return this.series.priceToCoordinate(price);
  }

  lastX() {
    return this.x(this.data.candles[this.data.candles.length - 1][0]);
  }

  // From the entry to the exit, or to the newest bar while open; without an entry from the signal bar on.
  span(width) {
    const { zone, focus } = this.data;
    const from = this.x(zone ? zone.start : focus);
    const to = zone?.end ? this.x(zone.end) : zone ? this.lastX() : from;
    return { from: from ?? 0, to: Math.max(to ?? width, (from ?? 0) + 6) };
  }

  drawZones({ context, mediaSize }) {
    const { zone } = this.data;
    this.drawGaps(context, mediaSize);
    if (!zone) return;
    const { from, to } = this.span(mediaSize.width);
    context.globalAlpha = Number(this.colours.zone) || 1;
    for (const [price, colour] of [[zone.stop, this.colours.badsoft], [zone.target, this.colours.goodsoft]]) {
      if (price === null) continue;
      const [top, bottom] = [this.y(zone.entry), this.y(price)].sort((a, b) => a - b);
      context.fillStyle = colour;
      context.fillRect(from, top, to - from, bottom - top);
    }
    context.globalAlpha = 1;
  }

  drawGaps(context, { height }) {
    context.strokeStyle = this.colours.line;
    context.lineWidth = 1;
    const half = this.chart.timeScale().options().barSpacing / 2;
    for (const time of this.data.gaps) {
      const x = this.x(time);
      if (x === null) continue;
      context.save();
      context.beginPath();
      context.rect(x - half, 0, 2 * half, height);
      context.clip();
      context.beginPath();
      for (let start = -height; start < height; start += 6) {
        context.moveTo(x - half, start + height);
        context.lineTo(x - half + height, start);
      }
      context.stroke();
      context.restore();
    }
  }

  drawLevelsAndMarkers({ context, mediaSize }) {
    if (this.data.levels.length) this.drawLevels(context, mediaSize);
    for (const marker of this.data.markers) this.drawMarkerOf(context, marker, mediaSize);
  }

  drawLevels(context, { width }) {
    const { from, to } = this.span(width);
    context.textAlign = "right";
    context.textBaseline = "bottom";
    context.font = `11px ${this.colours.sans}`;
    for (const level of this.data.levels) {
      const y = this.y(level.price);
      if (y === null) continue;
      const colour = levelColour(this.colours, level.kind);
      context.strokeStyle = colour;
      context.setLineDash(DASH[level.kind] || []);
      stroke(context, from, to, y, 1.5);
      context.globalAlpha = 0.5;
      stroke(context, to, width, y, 1);
      context.globalAlpha = 1;
      context.setLineDash([]);
      context.fillStyle = colour;
      context.fillText(level.name, width - NAME_GAP, y - 1);
    }
  }

  drawMarkerOf(context, marker, { height }) {
    const x = this.x(marker.time);
    if (x === null) return;
    const bar = this.data.candles.find(([time]) => time === marker.time);
    const [, , high, low] = bar || [0, 0, marker.price, marker.price];
    const price = marker.price ?? (marker.below ? low : high);
    const gap = marker.price === null ? (marker.below ? 12 : -12) : 0;
    drawMarker(context, { x, y: Math.min(Math.max(this.y(price) + gap, 8), height - 8), marker, colours: this.colours });
  }
}

// The price of a level as a solid tag on the axis.
class Tag {
  constructor(trade, level) {
    this.trade = trade;
    this.level = level;
  }

  coordinate() {
    return this.trade.y(this.level.price) ?? -100;
  }

  text() {
    return this.level.text;
  }

  textColor() {
    return this.trade.colours.surface || "#ffffff";
  }

  backColor() {
    return levelColour(this.trade.colours, this.level.kind) || "#000000";
  }
}

function levelColour(colours, kind) {
  return { stop: colours.bad, entry: colours.ink, target: colours.good }[kind];
}

function stroke(context, from, to, y, width) {
  context.lineWidth = width;
  context.beginPath();
  context.moveTo(from, y);
  context.lineTo(to, y);
  context.stroke();
}
