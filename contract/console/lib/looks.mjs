// In which ways pages are looked at.

import { IS_QUICK } from "./setting.mjs";

const look = (width, scheme) => ({ width, scheme });

/** A page is opened for the first look of each list; for the others, the window and the colours are changed. */
const ALL = {
  en: [[look(360, "light"), look(360, "dark")], [look(1440, "light"), look(1440, "dark")]],
  de: [[look(360, "light"), look(360, "dark")], [look(1440, "light"), look(1440, "dark")]],
};
const FEW = {
  en: [[look(1440, "light"), look(360, "dark")]],
  de: [[look(1440, "light")]],
};

export const LANGUAGES = Object.keys(ALL);

/** The looks at a page in a language. In a hurry, what another role sees as well is looked at in English alone. */
export function looksAt({ isRepeated }, language) {
  if (!IS_QUICK) return ALL[language];
  return isRepeated && language !== "en" ? [] : FEW[language];
}
