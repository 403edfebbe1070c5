/**
 * The one socket of a page: holds the last seq, notices gaps and silence, comes back after a loss.
 *
 * Tells the document: `feed:alert` (detail: the alert), `feed:reset`, and `feed:state` (detail:
 * `{state, since}`; state is waiting, connected, reconnecting or signed-out; since in
 * milliseconds of this computer's clock).
 */

const DELAYS = [1, 2, 4, 8, 15]; // seconds
const SILENCE = 7_000; // a heartbeat comes every 5 s
const GRACE = 2_000; // for alerts that are on their way behind a heartbeat
const SIGN_IN = 4401, FORBIDDEN = 4403, BAD_AFTER = 4400;

const chip = document.querySelector("[data-alert-feed]");

/** @type {WebSocket | null} */
let socket = null;
/** @type {number | null} the last seq that was seen; null starts at now */
let last = chip?.dataset.after ? Number(chip.dataset.after) : null;
let heardAt = Date.now();
let failures = 0;
let state = "";
let retry = 0;
let over = false;

/** @param {string} name @param {unknown} [detail] */
const tell = (name, detail) => document.dispatchEvent(new CustomEvent(name, { detail }));

/** @param {string} next */
function become(next) {
  if (state === next) return;
  state = next;
  tell("feed:state", { state, since: next === "reconnecting" ? heardAt : Date.now() });
}

function open() {
  clearTimeout(retry);
  drop();
  if (over) return;
  const scheme = location.protocol === "https:" ? "wss:" : "ws:";
  const query = last === null ? "" : `?after=${last}`;
  const mine = new WebSocket(`${scheme}//${location.host}/ws/alerts/${query}`);
  socket = mine;
  mine.onmessage = (event) => { if (mine === socket) hear(JSON.parse(event.data)); };
  mine.onclose = (event) => { if (mine === socket) closed(event.code); };
  heardAt = state === "connected" ? heardAt : Math.max(heardAt, 0);
}

function drop() {
  const old = socket;
  socket = null;
  old?.close();
}

/** @param {{type: string, seq: number}} message */
function hear(message) {
  heardAt = Date.now();
  if (message.type === "hello") {
    failures = 0;
    last ??= message.seq;
    become("connected");
  } else if (message.type === "reset") {
    last = message.seq;
    tell("feed:reset");
  } else if (message.type === "alert") {
    if (message.seq <= last) return; // twice
    if (message.seq > last + 1) return again();
    last = message.seq;
    tell("feed:alert", message);
  } else if (message.type === "heartbeat" && message.seq > last) {
    setTimeout(() => { if (last < message.seq) again(); }, GRACE);
  }
}

/** @param {number} code */
function closed(code) {
  socket = null;
  if (code === SIGN_IN || code === FORBIDDEN) {
    over = true;
    return become("signed-out");
  }
  if (code === BAD_AFTER) last = null;
  later();
}

/** Something is missing: begin again after the last seq that is known. */
function again() {
  drop();
  later();
}

function later() {
  become("reconnecting");
  const seconds = DELAYS[Math.min(failures, DELAYS.length - 1)];
  failures += 1;
  clearTimeout(retry);
  retry = setTimeout(open, failures === 1 ? 250 : seconds * 1000 * (0.75 + Math.random() / 2));
}

/** A socket can be dead without saying so: after a lost network, after sleep. */
function check() {
  if (over || !socket || Date.now() - heardAt < SILENCE) return;
  if (socket.readyState === WebSocket.OPEN || state === "connected") again();
}

if (chip) {
  become("waiting");
  open();
  setInterval(check, 1000);
  addEventListener("offline", () => { drop(); later(); });
  addEventListener("online", () => { failures = 0; open(); });
  document.addEventListener("visibilitychange", () => { if (!document.hidden) check(); });
  addEventListener("pagehide", drop);
  addEventListener("pageshow", (event) => { if (event.persisted) open(); });
}
