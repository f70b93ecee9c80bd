// What pages do besides being read: nothing here is needed to use them.
"use strict";

/* A file on its way: how much of it has left, and the answer in place, with what was typed. */
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!form.matches("form[data-upload]")) return;
  event.preventDefault();
  const { most, large, sending, received, lost } = form.dataset;
  const size = [...form.querySelectorAll("input[type=file]")].reduce((sum, input) => sum + (input.files[0]?.size ?? 0), 0);
  const bar = form.querySelector("progress"), line = form.querySelector("[aria-live]"), button = form.querySelector("button");
  const ended = (text) => { line.textContent = text; bar.hidden = true; button.disabled = false; button.focus(); };
  if (size > Number(most)) return ended(large);
  const request = new XMLHttpRequest();
  request.responseType = "document";
  request.upload.addEventListener("progress", ({ loaded, total }) => {
    bar.max = total;
    bar.value = loaded;
    line.textContent = sending.replace("{percent}", 10 * Math.floor((10 * loaded) / total)); // read out ten times, not a thousand
  });
  request.upload.addEventListener("load", () => { bar.removeAttribute("value"); line.textContent = received; });
  request.addEventListener("error", () => ended(lost));
  request.addEventListener("load", () => {
    const main = request.response?.querySelector("main");
    if (request.status < 400 || !main) return request.status < 400 ? location.assign(request.responseURL) : ended(lost);
    document.querySelector("main").replaceWith(document.adoptNode(main));
    const alert = main.querySelector("[role=alert]") ?? main;
    alert.tabIndex = -1;
    alert.focus();
  });
  request.open("POST", form.action);
  request.send(new FormData(form));
  bar.hidden = false;
  button.disabled = true;
});

/* A second click sends nothing again: the first answer is on its way. */
const AGAIN = 5000;
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method !== "post" || form.matches("form[data-upload]")) return;
  if (form.dataset.sent) return event.preventDefault();
  form.dataset.sent = "yes";
  setTimeout(() => delete form.dataset.sent, AGAIN); // the answer was a download, or was lost
});
window.addEventListener("pageshow", () => document.querySelectorAll("form[data-sent]").forEach((form) => delete form.dataset.sent));

/* The campaign has another state than the page shows: look again, unless somebody is typing; the focus stays where it is. */
const KEPT = "focus";
const isChanged = (field) =>
  field.type === "hidden" ? false
  : "defaultChecked" in field && /checkbox|radio/.test(field.type) ? field.checked !== field.defaultChecked
  : field.options ? [...field.options].some((one, at) => one.selected !== (one.defaultSelected || (!field.querySelector("[selected]") && at === 0)))
  : field.value !== field.defaultValue;
const isTyping = () => document.activeElement?.matches("input, select, textarea")
  || [...document.querySelectorAll("main :is(input, select, textarea)")].some(isChanged);
const nameOf = (element) => [element.tagName, element.id, element.getAttribute("href"), element.name, element.value, element.textContent.trim()].join("|");
document.addEventListener("campaign-changed", () => {
  if (isTyping()) return;
  const focused = document.activeElement;
  if (focused && focused !== document.body) sessionStorage.setItem(KEPT, nameOf(focused));
  location.reload();
});
const kept = sessionStorage.getItem(KEPT);
if (kept) {
  sessionStorage.removeItem(KEPT);
  const same = [...document.querySelectorAll("a, button, main")].find((element) => nameOf(element) === kept);
  (same ?? document.querySelector("main")).focus({ preventScroll: true });
}

/* The connection is lost: the page says so, asks on, and is itself again once there is an answer. */
const showOffline = (shown) => { const note = document.getElementById("offline"); if (note) note.hidden = !shown; };
document.addEventListener("htmx:sendError", () => showOffline(true));
document.addEventListener("htmx:timeout", () => showOffline(true));
document.addEventListener("htmx:afterOnLoad", () => showOffline(false));

// Times are said on the clock of whoever says them, until they choose another place.
document.addEventListener("DOMContentLoaded", () => {
  const zone = document.getElementById("zone");
  const here = Intl.DateTimeFormat().resolvedOptions().timeZone;
  if (zone && zone.value === "UTC" && [...zone.options].some((option) => option.value === here)) {
    zone.value = here;
    zone.selectedOptions[0].defaultSelected = true; // nobody typed that
  }
});
