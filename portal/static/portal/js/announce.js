/** The two announcers for screen readers, and the one notice that people see. */

/**
 * Say something once the speaker is free (role=status).
 * @param {string} text
 */
export const say = (text) => put("say", text);

/**
 * Say something at once (role=alert).
 * @param {string} text
 */
export const shout = (text) => put("shout", text);

/** @param {string} id @param {string} text */
function put(id, text) {
  const place = document.getElementById(id);
  if (!place) return;
  place.textContent = "";
  // The same words again are only announced if the place was empty in between.
  setTimeout(() => { place.textContent = text; }, 50);
}

/**
 * Fill words from a data attribute: `{name}` becomes the value of that name.
 * @param {string | undefined} template
 * @param {Record<string, string | number>} values
 */
export const fill = (template, values) =>
  (template ?? "").replace(/\{(\w+)\}/g, (_all, name) => String(values[name] ?? ""));

/**
 * Take a part of a reply of ours out of its HTML.
 * @param {string} html
 * @returns {Document}
 */
export const parsed = (html) => new DOMParser().parseFromString(html, "text/html");

document.body.addEventListener("say", (event) => say(event.detail.text));
document.body.addEventListener("htmx:beforeRequest", () => {
  document.querySelector("[data-notice]")?.replaceChildren();
});
document.body.addEventListener("htmx:afterSwap", (event) => {
  const target = event.detail.target;
  if (target.matches("[data-notice]")) shout(target.textContent.trim().replace(/\s+/g, " "));
});
document.body.addEventListener("htmx:afterSettle", (event) => {
  if (event.detail.xhr.status === 422) document.querySelector("[data-errors]")?.focus();
});
document.body.addEventListener("htmx:sendError", () => {
  const words = document.body.dataset.unreachable ?? "";
  document.querySelector("[data-notice]")?.replaceChildren(words);
  shout(words);
});
