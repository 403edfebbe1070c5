/** Clocks that run by the server's time, whatever this computer's clock says. */

/** Milliseconds to add to this computer's clock. */
let offset = 0;
const separator = document.documentElement.dataset.separator ?? ":";
const zone = document.body.dataset.zone || undefined;
const day = new Intl.DateTimeFormat("en-GB", {
  timeZone: zone, hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23",
});

/** The server's time now, in milliseconds. */
export const now = () => Date.now() + offset;

/**
 * Learn the server's time again from a reply.
 * @param {string | undefined} at RFC 3339
 * @param {number} receivedAt by this computer's clock
 */
export function learn(at, receivedAt = Date.now()) {
  const time = Date.parse(at ?? "");
  if (time) offset = time - receivedAt;
}

const [visit] = performance.getEntriesByType("navigation");
learn(document.body.dataset.now, Date.now() - performance.now() + (visit?.responseStart ?? 0));

/** @param {number} seconds */
export function elapsed(seconds) {
  const whole = Math.max(0, Math.floor(seconds));
  const parts = [Math.floor(whole / 60) % 60, whole % 60].map((n) => String(n).padStart(2, "0"));
  if (whole >= 3600) parts.unshift(String(Math.floor(whole / 3600)));
  return parts.join(separator);
}

/** The time of day in the region's zone, such as 14.32.07. @param {number} time */
export const timeOfDay = (time) => day.format(time).replaceAll(":", separator);

/** Bring every timer up to date. */
export function tick() {
  for (const timer of document.querySelectorAll("[data-since]")) {
    const seconds = (now() - Date.parse(timer.dataset.since)) / 1000;
    const text = elapsed(seconds);
    if (timer.textContent !== text) timer.textContent = text;
    timer.classList.toggle("timer--late", seconds >= Number(timer.dataset.late ?? Infinity));
  }
  document.dispatchEvent(new Event("clock:tick"));
}

setInterval(tick, 1000);
document.addEventListener("visibilitychange", () => { if (!document.hidden) tick(); });
tick();
