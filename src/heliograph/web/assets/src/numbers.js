// As the server writes them: thousands apart, U+2212 as minus.
export function written(value, decimals) {
  const digits = { minimumFractionDigits: decimals, maximumFractionDigits: decimals };
  return value.toLocaleString("en-US", digits).replace("-", "\u2212");
}
