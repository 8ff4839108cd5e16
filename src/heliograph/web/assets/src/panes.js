import { LineStyle } from "lightweight-charts";

const HEIGHT = { wide: 92, narrow: 72 };
const LABEL = 11;
const LONGEST = 48;

// The panes below the candles: their names, the constants that they are compared with, the signal bar.
export class Below {
  constructor(data, lines) {
    this.panes = [];
    data.lines.forEach((line, number) => {
      if (!line.pane || this.panes.some((pane) => pane.place === line.pane)) return;
      const names = data.lines.filter((other) => other.pane === line.pane).map((other) => other.name);
      const guides = data.guides.filter((guide) => guide.pane === line.pane).map((guide) => guide.value);
      this.panes.push(new PaneMarks(line, lines[number], names.join(", "), guides, data.focus));
    });
  }

  paint(colours) {
    for (const pane of this.panes) pane.paint(colours);
  }
}

class PaneMarks {
  constructor(line, series, name, guides, focus) {
    Object.assign(this, { line, series, name, focus, place: line.pane, colours: {} });
    this.guides = guides.map((price) => series.createPriceLine({ price, lineWidth: 1, lineStyle: LineStyle.Dotted }));
    this.bounds = guides;
    series.applyOptions({ autoscaleInfoProvider: (own) => withGuides(own(), this.bounds) });
    series.attachPrimitive(this);
  }

  attached({ chart, requestUpdate }) {
    this.chart = chart;
    this.requestUpdate = requestUpdate;
  }

  paint(colours) {
    this.colours = colours;
    for (const guide of this.guides) {
      guide.applyOptions({ color: colours.edge, axisLabelColor: colours.surface, axisLabelTextColor: colours.ink3 });
    }
    this.requestUpdate?.();
  }

  paneViews() {
    const draw = (target) => target.useMediaCoordinateSpace((scope) => this.draw(scope));
    return [{ zOrder: () => "top", renderer: () => ({ draw }) }];
  }

  draw({ context, mediaSize }) {
    this.drawFocus(context, mediaSize);
    context.font = `${LABEL}px ${this.colours.sans}`;
    context.textBaseline = "top";
    context.textAlign = "left";
    context.lineWidth = 3;
    context.strokeStyle = this.colours.surface;
    context.fillStyle = this.colours.ink3;
    const words = this.name.length > LONGEST ? `${this.name.slice(0, LONGEST)}…` : this.name;
    context.strokeText(words, 4, 4);
    context.fillText(words, 4, 4);
  }

  drawFocus(context, { height }) {
    const x = this.focus === null ? null : this.chart.timeScale().timeToCoordinate(this.focus);
    if (x === null) return;
    context.strokeStyle = this.colours.accent;
    context.fillStyle = this.colours.accent;
    context.lineWidth = 1;
    context.setLineDash([2, 2]);
    context.beginPath();
    context.moveTo(x, 0);
    context.lineTo(x, height);
    context.stroke();
    context.setLineDash([]);
    const value = this.line.points.find(([time]) => time === this.focus)?.[1];
    if (value === undefined) return;
    context.beginPath();
    context.arc(x, this.series.priceToCoordinate(value), 3, 0, 2 * Math.PI);
    context.fill();
  }
}

// The constants belong to the picture even where the line stays away from them.
function withGuides(own, guides) {
  if (!own || !guides.length) return own;
  const { minValue, maxValue } = own.priceRange;
  return { ...own, priceRange: { minValue: Math.min(minValue, ...guides), maxValue: Math.max(maxValue, ...guides) } };
}

// The candles take what the panes below them leave.
export function paneSizes(chart, place) {
  const height = place.clientWidth < 500 ? HEIGHT.narrow : HEIGHT.wide;
  for (const pane of chart.panes().slice(1)) pane.setHeight(height);
}
