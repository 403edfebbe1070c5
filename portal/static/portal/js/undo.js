/** The way back after closing counts down, and goes away when it is over. */
import { fill } from "./announce.js";
import { now } from "./clock.js";

const SECONDS = 10;

function show() {
  for (const form of document.querySelectorAll("[data-undo]")) {
    const passed = (now() - Date.parse(form.dataset.undo)) / 1000;
    const left = Math.min(SECONDS, Math.ceil(SECONDS - passed));
    const words = form.querySelector("[data-words]");
    if (left > 0) words.textContent = fill(form.dataset.undoWords, { seconds: left });
    else form.remove();
  }
}

document.addEventListener("clock:tick", show);
document.body.addEventListener("htmx:afterSettle", show);
show();
