// A canvas cannot see CSS: the tokens are read from the page, again when the system's theme changes.
const NAMES = ["surface", "line", "edge", "ink", "ink2", "ink3", "accent", "good", "bad", "goodsoft", "badsoft", "onaccent", "zone", "sans", "rosefill", "rose", "fell"];

export function tokens() {
  const style = getComputedStyle(document.documentElement);
  return Object.fromEntries(NAMES.map((name) => [name, style.getPropertyValue(`--${name}`).trim()]));
}

export function onThemeChange(act) {
  window.matchMedia("(prefers-color-scheme: dark)").addEventListener("change", act);
}
