/** The chip in the bar: in words whether alerts arrive, and since when they do not. */
import { fill, say, shout } from "./announce.js";
import { elapsed, now, timeOfDay } from "./clock.js";

const SHOUTED_AFTER = 3_000; // a short loss is nobody's concern

const chip = document.querySelector("[data-alert-feed]");
const words = chip?.querySelector("[data-words]");
let state = "waiting";
let since = Date.now();
let isShouted = false;

function show() {
  if (!chip || !words) return;
  const gone = (Date.now() - since) / 1000;
  const asOf = timeOfDay(now() - gone * 1000);
  const text = {
    waiting: chip.dataset.waiting,
    connected: chip.dataset.connected,
    reconnecting: fill(chip.dataset.reconnecting, { elapsed: elapsed(gone), time: asOf }),
    "signed-out": chip.dataset.signedOut,
  }[state];
  if (words.textContent !== text) words.textContent = text ?? "";
  chip.dataset.state = state;
  const time = chip.querySelector("[data-time]");
  time.textContent = state === "connected" ? `${timeOfDay(now())} ${document.body.dataset.zoneName}` : "";
  chip.classList.toggle("chip--success", state === "connected");
  chip.classList.toggle("chip--warning", state === "reconnecting");
  chip.classList.toggle("chip--danger", state === "signed-out");
  for (const icon of chip.querySelectorAll("[data-icon]")) {
    icon.hidden = (icon.dataset.icon === "connected") !== (state === "connected");
  }
  if (state === "reconnecting" && gone * 1000 > SHOUTED_AFTER && !isShouted) {
    isShouted = true;
    shout(chip.dataset.lost ?? "");
  }
}

document.addEventListener("feed:state", (event) => {
  const gone = (Date.now() - since) / 1000;
  if (event.detail.state === "connected" && isShouted) {
    say(fill(chip?.dataset.back, { elapsed: elapsed(gone) }));
    isShouted = false;
  }
  ({ state, since } = event.detail);
  document.body.classList.toggle("is-stale", state === "reconnecting");
  show();
});
document.addEventListener("clock:tick", show);
show();
