/* The charts take their colours and their type from the page's own tokens. */
const style = getComputedStyle(document.documentElement);

export const token = (name) => style.getPropertyValue(`--${name}`).trim();
export const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
export const percent = (value) => (value === null || value === undefined ? "—" : `${(value * 100).toFixed(1)}%`);
export const text = () => ({ fontFamily: getComputedStyle(document.body).fontFamily, color: token("ink-soft"), fontSize: 13 });
