/**
 * The offer and the list of waiting calls: asked for again after each alert, at most four times a
 * second, and never moved while somebody is about to use them.
 */
import { fill, parsed, say } from "./announce.js";
import { elapsed, now, tick, timeOfDay } from "./clock.js";

const EVERY = 250; // ms between two requests
const CALM = 600; // ms after pointer and focus have left
const SAID_EVERY = 15_000;

const desk = document.querySelector("[data-queue]");
/** The newest parts by id that could not be put in place yet. @type {Map<string, Element>} */
const held = new Map();
const leftAt = new Map();
let isAsking = false;
let isWanted = false;
let saidAt = -SAID_EVERY;

async function ask() {
  if (isAsking) {
    isWanted = true;
    return;
  }
  isAsking = true;
  isWanted = false;
  const startedAt = performance.now();
  try {
    const reply = await fetch(desk.dataset.queue, { headers: { "HX-Request": "true" } });
    if (reply.headers.get("HX-Redirect")) location.assign(reply.headers.get("HX-Redirect"));
    else if (reply.ok) take(await reply.text());
  } catch {
    isWanted = true; // the network is away; the feed says so, and asks again when it is back
  }
  setTimeout(() => {
    isAsking = false;
    if (isWanted && navigator.onLine) ask();
  }, Math.max(0, EVERY - (performance.now() - startedAt)));
}

/** @param {string} html */
function take(html) {
  for (const part of parsed(html).querySelectorAll("[data-part]")) {
    held.set(part.id, part);
    settle(part.id);
  }
}

/** @param {Element} part */
function isInUse(part) {
  const inUse = part.matches(":hover") || part.contains(document.activeElement);
  if (inUse) leftAt.set(part.id, performance.now());
  return inUse || performance.now() - (leftAt.get(part.id) ?? -CALM) < CALM;
}

/** Put a part in place, unless somebody is about to use it. @param {string} id */
function settle(id, isForced = false) {
  const current = document.getElementById(id);
  const next = held.get(id);
  if (!current || !next) return;
  const changes = difference(current, next);
  if (!isForced && changes && isInUse(current)) {
    mark(current, changes);
    return;
  }
  held.delete(id);
  if (!changes && !isForced) return;
  const focused = current.contains(document.activeElement);
  current.replaceChildren(...next.childNodes);
  globalThis.htmx?.process(current);
  if (focused) (current.querySelector("button:not([data-none])") ?? current).focus();
  tick();
  announce(id, current);
}

/** @param {Element} part */
const callsOf = (part) => [...part.querySelectorAll("[data-call]")].map((row) => row.dataset.call);

/** How many calls came, left or moved. @param {Element} current @param {Element} next */
function difference(current, next) {
  const [before, after] = [callsOf(current), callsOf(next)];
  const kept = before.filter((id) => after.includes(id));
  const changed = before.length - kept.length + (after.length - kept.length);
  const isMoved = after.filter((id) => before.includes(id)).join("\n") !== kept.join("\n");
  return changed || Number(isMoved);
}

/** Count what waits to be applied, in the place that is kept for it. */
function mark(part, changes) {
  const apply = part.querySelector("[data-apply]");
  if (!apply) return;
  const template = changes === 1 ? desk.dataset.oneChange : desk.dataset.changes;
  apply.querySelector("[data-words]").textContent = fill(template, { count: changes });
  delete apply.dataset.none;
}

/** Say of a row that stays in sight that its call is gone. @param {{id: string, claimed_by?: string}} call */
function strike(call) {
  for (const row of document.querySelectorAll(`#queue [data-call="${CSS.escape(call.id)}"]`)) {
    row.setAttribute("aria-disabled", "true");
    for (const button of row.querySelectorAll("button")) button.disabled = true;
    const name = call.claimed_by;
    const facts = { name: name ?? "", time: timeOfDay(now()) };
    const about = row.querySelector("[data-about]");
    if (about) about.textContent = fill(name ? desk.dataset.taken : desk.dataset.gone, facts);
  }
}

/** @param {string} id @param {Element} part */
function announce(id, part) {
  const rows = [...part.querySelectorAll("[data-call]")];
  if (id !== "queue" || !rows.length || performance.now() - saidAt < SAID_EVERY) return;
  saidAt = performance.now();
  const since = Date.parse(rows[0].querySelector("[data-since]").dataset.since);
  say(fill(desk.dataset.waiting, { count: rows.length, elapsed: elapsed((now() - since) / 1000) }));
}

if (desk) {
  document.addEventListener("feed:alert", (event) => {
    const { call } = event.detail;
    if (!call) return;
    if (call.claimed_by || call.state === "answered" || call.state === "ended") strike(call);
    ask();
  });
  document.addEventListener("feed:reset", ask);
  document.addEventListener("feed:state", (event) => { if (event.detail.state === "connected") ask(); });
  document.body.addEventListener("htmx:afterRequest", (event) => {
    if (event.detail.requestConfig?.verb === "post") ask();
  });
  document.addEventListener("clock:tick", () => { for (const id of [...held.keys()]) settle(id); });
  desk.addEventListener("click", (event) => {
    if (event.target.closest("[data-apply]")) settle("queue", true);
  });
}
