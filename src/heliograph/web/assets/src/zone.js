// Times are shown in the zone that the page names; where nobody chose one, that is the browser's.
const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const YEAR_SECONDS = 31_536_000;

// The server reads it for the next page: what it writes and what charts draw is in one zone.
export function tellZone() {
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  if (!zone || document.cookie.split("; ").includes(`zone=${zone}`)) return;
  document.cookie = `zone=${zone}; path=/; max-age=${YEAR_SECONDS}; SameSite=Lax`;
}

// Seconds as the clocks of a zone show them: `shifted` is a moment whose parts in UTC are those of the zone.
export function zoneOf(name) {
  const form = new Intl.DateTimeFormat("en-GB", {
    timeZone: name, hourCycle: "h23", year: "numeric", month: "numeric", day: "numeric", hour: "numeric", minute: "numeric",
  });
  const known = new Map();
  const offset = (seconds) => {
    // No zone changes its clocks within a quarter of an hour.
    const quarter = Math.floor(seconds / 900) * 900;
    if (!known.has(quarter)) {
      const part = Object.fromEntries(form.formatToParts(quarter * 1000).map(({ type, value }) => [type, Number(value)]));
      known.set(quarter, Date.UTC(part.year, part.month - 1, part.day, part.hour, part.minute) / 1000 - quarter);
    }
    return known.get(quarter);
  };
  return { name, shifted: (seconds) => seconds + (name === "UTC" ? 0 : offset(seconds)) };
}

export function monthOf(date) {
  return MONTHS[date.getUTCMonth()];
}

// `13 Jan 2024 14:00`, or the day alone.
export function stampOf(shifted, { daily = false } = {}) {
  const date = new Date(shifted * 1000);
  const day = `${date.getUTCDate()} ${monthOf(date)} ${date.getUTCFullYear()}`;
  return daily ? day : `${day} ${clockOf(date)}`;
}

export function clockOf(date) {
  return date.toISOString().slice(11, 16);
}
