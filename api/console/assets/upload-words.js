// The words and figures that scripts of the upload page show: the words are in the page, in its language.

const locale = document.documentElement.lang || "en";
const UNITS = ["byte", "kilobyte", "megabyte", "gigabyte", "terabyte"];

const texts = new Map();
for (const term of document.querySelectorAll("#upload-words dt")) {
  texts.set(term.textContent, term.nextElementSibling.textContent);
}

/** The words of `key`, with `{name}` replaced by the values. */
export function word(key, values = {}) {
  const text = texts.get(key) ?? key;
  return text.replace(/\{(\w+)\}/g, (all, name) => values[name] ?? all);
}

/** A number of bytes as people read it. */
export function bytes(count) {
  const power = count < 1000 ? 0 : Math.min(Math.floor(Math.log10(count) / 3), UNITS.length - 1);
  const options = { style: "unit", unit: UNITS[power], unitDisplay: power ? "short" : "long", maximumFractionDigits: power ? 1 : 0 };
  return new Intl.NumberFormat(locale, options).format(count / 1000 ** power);
}

/** A number of seconds as people read it: in hours, minutes or seconds. */
export function duration(seconds) {
  const [unit, length] = seconds >= 5400 ? ["hour", 3600] : seconds >= 90 ? ["minute", 60] : ["second", 1];
  const options = { style: "unit", unit, unitDisplay: "short", maximumFractionDigits: 0 };
  return new Intl.NumberFormat(locale, options).format(Math.max(1, Math.ceil(seconds / length)));
}

/** Tells those who do not see the page. */
export function announce(text) {
  document.getElementById("upload-news").textContent = text;
}
