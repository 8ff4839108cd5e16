import { TickMarkType, defaultHorzScaleBehavior } from "lightweight-charts";
import { clockOf, monthOf, stampOf, zoneOf } from "./zone.js";

// Bars of a day or longer are named by their day in UTC, wherever one is.
export function zoneOfChart(data) {
  return zoneOf(data.daily ? "UTC" : document.documentElement.dataset.zone || "UTC");
}

// On the axis a day begins when it begins in the zone, not at midnight of UTC.
export function axisIn(zone) {
  const Behavior = defaultHorzScaleBehavior();
  return new (class extends Behavior {
    fillWeightsForPoints(points, start) {
      const here = points.map((point) => ({ ...point, time: this.convertHorzItemToInternal(zone.shifted(this.key(point.time))) }));
      super.fillWeightsForPoints(here, start);
      for (let place = start; place < points.length; place++) points[place].timeWeight = here[place].timeWeight;
    }
  })();
}

// A day has its month beside it: a number alone says nothing.
export function tickIn(zone) {
  return (time, type) => {
    const date = new Date(zone.shifted(time) * 1000);
    if (type === TickMarkType.Year) return String(date.getUTCFullYear());
    if (type === TickMarkType.Month) return monthOf(date);
    if (type === TickMarkType.DayOfMonth) return `${date.getUTCDate()} ${monthOf(date)}`;
    return clockOf(date);
  };
}

// `13 Jan 2024 14:00 Helsinki`, on the axis under the cross-hair.
export function momentIn(zone, daily) {
  return (time) => (daily ? stampOf(time, { daily }) : `${stampOf(zone.shifted(time))} ${wordOf(zone)}`);
}

// The same with the moment in UTC beside it.
export function momentsIn(zone, daily) {
  const here = momentIn(zone, daily);
  return (time) => (daily || zone.name === "UTC" ? here(time) : `${here(time)} (${stampOf(time)} UTC)`);
}

function wordOf(zone) {
  return zone.name.split("/").pop().replaceAll("_", " ");
}
