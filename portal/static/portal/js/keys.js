/**
 * Keys for buttons and fields: `data-key="F2"`, `data-key="Ctrl+S"`, `data-key="."`.
 *
 * A key with Ctrl or Alt, or a function key, works everywhere; any other only outside of fields.
 */

/** @param {KeyboardEvent} event */
function nameOf(event) {
  const key = event.key.length === 1 ? event.key.toUpperCase() : event.key;
  const held = [event.ctrlKey && "Ctrl", event.altKey && "Alt", event.shiftKey && key.length > 1 && "Shift"];
  return [...held.filter(Boolean), key].join("+");
}

/** @param {EventTarget | null} target */
const isField = (target) =>
  target instanceof HTMLElement && (target.isContentEditable || target.matches("input, select, textarea"));

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.isComposing) return;
  const name = nameOf(event);
  const works = event.ctrlKey || event.altKey || /^F\d+$/.test(event.key) || !isField(event.target);
  const found = works && document.querySelector(`[data-key="${CSS.escape(name)}"]:not(:disabled, [data-none])`);
  if (!found) return;
  event.preventDefault();
  if (event.repeat) return;
  if (found.matches("button, a")) found.click();
  else found.focus();
});
