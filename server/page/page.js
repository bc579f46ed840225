// The demo page: sends two photos to the API of its own server, and shows the answer in pictures and words.

import * as device from "./device.js";
import { toBase64 } from "./photo.js";
import { Picker } from "./picker.js";
import { hide, show } from "./result.js";
import { errorWords, strangerWords, UNREACHABLE } from "./words.js";

const URL_OF_API = new URL("api/v1/face/verify?details=true", location.href).href;
const SIDES = ["probe", "reference"];

const byId = (id) => document.getElementById(id);
const [form, compare, status] = ["form", "compare", "status"].map(byId);
const pickers = {};
/** Aborts the running request, if there is one. */
let running = null;

/** Shows a message, or only announces it to screen readers if it is already visible elsewhere. */
function say(words, isError = false, isAloud = false) {
  status.textContent = words;
  status.classList.toggle("error", isError);
  status.classList.toggle("aloud", isAloud);
}

function busy(isBusy) {
  form.setAttribute("aria-busy", isBusy);
  compare.setAttribute("aria-disabled", isBusy);
  compare.textContent = isBusy ? "Comparing…" : "Compare";
}

/** Discards the running request and the answer shown, which are not about the new photo. */
function changed(side, photo) {
  running?.abort();
  hide();
  for (const other of SIDES) pickers[other].mark(null);
  const there = SIDES.filter((name) => pickers[name].photo);
  byId("swap").disabled = !there.length;
  if (!photo) return say(`The ${side} is empty.`);
  say(there.length === 2 ? "Both photos are ready." : `The ${side} is ready.`);
}

/** Asks the server; returns its reply, its Retry-After and its status. */
async function askServer(photos, signal) {
  const [probe, reference] = await Promise.all(photos.map(toBase64));
  const response = await fetch(URL_OF_API, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ sessionId: "demo", probe: { imageBase64: probe }, reference: { imageBase64: reference } }),
    signal,
  });
  return [await response.json().catch(() => ({})), response.headers.get("Retry-After"), response.status];
}

async function ask(signal) {
  const photos = SIDES.map((side) => pickers[side].photo);
  const start = performance.now();
  const here = byId("device").checked;
  const [reply, retryAfter, code] = here
    ? [await device.verify(photos.map(({ blob }) => blob), signal)]
    : await askServer(photos, signal);
  const took = performance.now() - start;
  if (signal.aborted) return;
  if (reply.hasError) return fail(reply.error, retryAfter, reply.details?.advice);
  if (!reply.details) return say(strangerWords(code), true);
  SIDES.forEach((side) => pickers[side].mark(reply.details[side]));
  show(reply, photos, took, URL_OF_API);
  say(`${byId("verdict").textContent}, score ${reply.score}.`, false, true);
  byId("result").scrollIntoView({ block: "nearest" });
}

function fail(code, retryAfter, advice) {
  SIDES.filter((side) => code.includes(side.toUpperCase())).forEach((side) => pickers[side].fail());
  say(errorWords(code, retryAfter, advice), true);
}

async function submit(event) {
  event.preventDefault();
  if (running) return;
  const empty = SIDES.find((side) => !pickers[side].photo);
  if (empty) {
    say(`The ${empty} is missing. Choose, drop, paste or take a photo.`, true);
    return pickers[empty].focus();
  }
  const mine = (running = new AbortController());
  hide();
  busy(true);
  say("Comparing…");
  try {
    await ask(mine.signal);
  } catch {
    if (!mine.signal.aborted) say(UNREACHABLE, true);
  }
  running = null;
  busy(false);
}

/** Two files at once are the probe and the reference. */
function several(files) {
  SIDES.forEach((side, index) => pickers[side].take(files[index], files[index].name));
}

/** A pasted photo goes to the first side that has none, then to the side with the focus. */
function paste(event) {
  const [first, second] = [...event.clipboardData.files];
  if (second) return several([first, second]);
  if (!first) return;
  const focused = document.activeElement?.closest("[data-side]")?.dataset.side;
  const side = SIDES.find((name) => !pickers[name].photo) ?? focused ?? "reference";
  pickers[side].take(first, first.name || `${side}.png`);
}

function swap() {
  const [probe, reference] = SIDES.map((side) => pickers[side].photo);
  pickers.probe.set(reference);
  pickers.reference.set(probe);
  say("The photos were swapped.");
}

async function copy() {
  try {
    await navigator.clipboard.writeText(byId("curl").textContent);
    say("Copied.");
  } catch {
    // Without HTTPS there is no clipboard: select the command, so that the keyboard can copy it.
    getSelection().selectAllChildren(byId("curl"));
    say("The command is selected: copy it with the keyboard.");
  }
}

/** Updates the page when the place of the comparison changes, and states where the photos go. */
function placed() {
  const here = byId("device").checked;
  running?.abort();
  hide();
  byId("privacy").textContent = here
    ? "Photos stay on this device: this page compares them and keeps none."
    : "Photos are sent to this server only; neither it nor this page keeps them.";
  byId("command").hidden = here;
}

/** The best frame of a camera was taken: compares if there are two photos. */
function taken() {
  if (SIDES.every((side) => pickers[side].photo)) form.requestSubmit();
}

for (const side of SIDES) {
  const guided = () => byId("device").checked;
  pickers[side] = new Picker(document.querySelector(`[data-side=${side}]`), { changed, say, several, guided, taken });
}
byId("where").hidden = !device.isPossible || device.isOnly;
byId("device").checked = device.isOnly;
byId("device").addEventListener("change", placed);
if (device.isOnly) placed();
byId("swap").disabled = true;
byId("swap").addEventListener("click", swap);
byId("copy").addEventListener("click", copy);
form.addEventListener("submit", submit);
document.addEventListener("paste", paste);
// A file that is dropped outside a picker must not replace the page.
for (const name of ["dragover", "drop"]) window.addEventListener(name, (event) => event.preventDefault());
