/**
 * The record in hand saves itself: 800 ms after the last key, and at once when a field is left, the
 * part is swapped or the page goes away. One save at a time, so that our own version never conflicts.
 */
import { parsed, shout } from "./announce.js";

const PAUSE = 800;
const AGAIN = 3_000;

/** Saves in the order they were asked for. @type {Promise<unknown>} */
let saving = Promise.resolve();
let timer = 0;
let dirty = false;
let isBlocked = false;

const formNow = () => document.querySelector("form[data-record]");

/** @param {string} text */
function show(text) {
  const chip = document.getElementById("saved");
  if (chip) chip.textContent = text;
}

/** Save what the form holds now. @param {HTMLFormElement | null} form */
function save(form = formNow()) {
  clearTimeout(timer);
  if (!form || isBlocked) return saving;
  dirty = false;
  const data = new FormData(form); // now: the form may be gone when it is our turn
  saving = saving.then(() => send(form, data));
  return saving;
}

/** @param {HTMLFormElement} form @param {FormData} data */
async function send(form, data) {
  const version = form.elements.namedItem("version");
  data.set("version", version.value);
  show(form.dataset.saving ?? "");
  try {
    const reply = await fetch(form.action, {
      method: "POST", body: data, headers: { "HX-Request": "true" }, keepalive: true,
    });
    if (reply.ok) kept(form, reply.headers.get("ETag"), await reply.text());
    else refused(form, reply.status);
  } catch {
    show(form.dataset.unsaved ?? "");
    dirty = true;
    timer = setTimeout(save, AGAIN);
  }
}

/** @param {HTMLFormElement} form @param {string | null} etag @param {string} html */
function kept(form, etag, html) {
  form.elements.namedItem("version").value = etag?.replace(/\D/g, "") ?? "";
  const state = parsed(html).getElementById("record-state");
  if (form.isConnected && state) document.getElementById("record-state")?.replaceWith(state);
}

/** @param {HTMLFormElement} form @param {number} status */
function refused(form, status) {
  const words = (status === 412 ? form.dataset.conflict : form.dataset.wrong) ?? "";
  isBlocked = status === 412; // typing goes on, but nobody's text is overwritten
  dirty = status !== 412;
  show(words);
  shout(words);
}

/** Only categories of the chosen service can be picked. @param {HTMLFormElement} form */
function narrow(form) {
  const service = form.querySelector("[name=service]:checked")?.value;
  const select = form.elements.namedItem("category");
  for (const group of select.querySelectorAll("optgroup")) {
    const isOther = Boolean(service) && group.querySelector("option")?.dataset.service !== service;
    group.hidden = group.disabled = isOther;
  }
  if (select.selectedOptions[0]?.closest("optgroup")?.disabled) select.value = "";
}

/** A category brings its service and priority along. @param {HTMLFormElement} form */
function follow(form) {
  const { service, priority } = form.elements.namedItem("category").selectedOptions[0].dataset;
  for (const [name, value] of [["service", service], ["priority", priority]]) {
    const radio = form.querySelector(`[name=${name}][value="${value}"]`);
    if (radio) radio.checked = true;
  }
}

const isOfRecord = (event) => formNow()?.contains(event.target) && !event.target.closest(".record__close");

document.addEventListener("input", (event) => {
  if (!isOfRecord(event)) return;
  dirty = true;
  clearTimeout(timer);
  timer = setTimeout(save, PAUSE);
});
document.addEventListener("change", (event) => {
  if (!isOfRecord(event)) return;
  if (event.target.name === "category") follow(formNow());
  if (event.target.name !== "priority") narrow(formNow());
  save();
});
document.addEventListener("submit", (event) => {
  if (event.target !== formNow() || event.submitter?.hasAttribute("hx-post")) return;
  event.preventDefault();
  save();
});
document.body.addEventListener("htmx:confirm", (event) => {
  // A button that closes sends the version too: wait for the save that makes it.
  if (!formNow()?.contains(event.detail.elt)) return;
  event.preventDefault();
  clearTimeout(timer);
  dirty = false;
  saving.then(() => event.detail.issueRequest(true));
});
document.body.addEventListener("htmx:beforeSwap", (event) => {
  if (dirty && event.detail.shouldSwap && event.detail.target.contains(formNow())) save();
});
document.body.addEventListener("htmx:afterSettle", () => {
  isBlocked = false;
  if (formNow()) narrow(formNow());
});
addEventListener("pagehide", () => { if (dirty) save(); });
document.addEventListener("visibilitychange", () => { if (document.hidden && dirty) save(); });
if (formNow()) narrow(formNow());
