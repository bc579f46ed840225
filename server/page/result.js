// The answer: a dial, words, measures, times, the JSON, and the same request for a command line.

import { advice, meaning, thresholdWords } from "./words.js";

const byId = (id) => document.getElementById(id);

function element(name, text, attributes = {}) {
  const made = document.createElement(name);
  made.textContent = text;
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  return made;
}

/** Hides the result, which is not about the current photos. */
export function hide() {
  byId("result").hidden = true;
}

/** Shows a verdict. `photos` are those that were sent, `took` the milliseconds of the whole request. */
export function show(reply, photos, took, url) {
  const { score, details } = reply;
  byId("result").className = details.isMatch ? "same" : "other";
  byId("verdict").textContent = details.isMatch ? "The same person" : "Different people";
  byId("meaning").textContent = meaning(details);
  byId("threshold").textContent = thresholdWords(details);
  byId("advice").replaceChildren(...advice(details).map((words) => element("li", words)));
  byId("facts").replaceChildren(...facts(details));
  byId("times").textContent = times(details, took);
  byId("json").textContent = JSON.stringify(reply, null, 2);
  byId("reduced").hidden = !photos.some((photo) => photo.note);
  byId("curl").textContent = curl(photos, url);
  byId("result").hidden = false;
  dial(score, details.threshold);
}

/** Draws the dial: a score of 0 is on the left, of 100 on the right. */
function dial(score, threshold) {
  const angle = Math.PI * (1 - threshold / 100);
  byId("score").textContent = score;
  byId("dial-title").textContent = `Score ${score} of 100, threshold ${threshold}`;
  byId("mark").setAttribute("transform", `rotate(${threshold * 1.8} 120 124)`);
  byId("mark-label").textContent = threshold;
  byId("mark-label").setAttribute("x", 120 + 112 * Math.cos(angle));
  byId("mark-label").setAttribute("y", 128 - 112 * Math.sin(angle));
  const arc = byId("arc");
  arc.setAttribute("stroke-dasharray", "0 101");
  // Forces a layout, so that the arc starts empty before it grows.
  arc.getBoundingClientRect();
  arc.setAttribute("stroke-dasharray", `${score} 101`);
}

/** Formats a number with a proper minus sign, and none before zero. */
const number = (value, digits = 0) => value.toFixed(digits).replace(/^-(0(\.0+)?)$/, "$1").replace("-", "−");
const percent = (value) => `${number(100 * value)} %`;
const degrees = (value) => `${number(value)}°`;

const ROWS = [
  ["Picture", ({ width, height }) => `${width} × ${height}`],
  ["Faces", ({ faceCount }) => faceCount],
  ["Detector's confidence", ({ face }) => percent(face.confidence)],
  ["Between the eyes", ({ quality }) => `${number(quality.interEyeDistance)} px`],
  ["Sharpness", ({ quality }) => number(quality.sharpness, 2)],
  ["Brightness, contrast", ({ quality }) => `${number(quality.brightness, 2)}, ${number(quality.contrast, 2)}`],
  ["Too dark, too bright", ({ quality }) => `${percent(quality.underExposure)}, ${percent(quality.overExposure)}`],
  ["Even light", ({ quality }) => percent(quality.illuminationUniformity)],
  ["Yaw, pitch, roll", ({ quality }) => ["yaw", "pitch", "roll"].map((name) => degrees(quality[name])).join(", ")],
];

function facts({ probe, reference }) {
  return ROWS.map(([name, of]) => {
    const row = document.createElement("tr");
    row.append(element("th", name, { scope: "row" }), ...[probe, reference].map((photo) => element("td", of(photo))));
    return row;
  });
}

function times({ probe, reference, engine }, took) {
  const both = (stage) => `${number(probe.milliseconds[stage])} and ${number(reference.milliseconds[stage])}`;
  return `Milliseconds for probe and reference: decode ${both("decode")}, detect ${both("detect")}, extract ${both("extract")}; ` +
    `${number(took)} for the whole request. Computed by ${engine.name} ${engine.version}.`;
}

/** Quotes text as one word of a shell. */
const quoted = (text) => `'${text.replaceAll("'", "'\\''")}'`;

/** The command, for any POSIX shell whose printf is built in, since the photos exceed the length of a command line. */
function curl(photos, url) {
  const [probe, reference] = photos.map(({ name }) => `"$(base64 < ${quoted(name)} | tr -d '\\n')"`);
  return 'printf \'{"sessionId":"demo","probe":{"imageBase64":"%s"},"reference":{"imageBase64":"%s"}}\' \\\n' +
    `    ${probe} \\\n    ${reference} |\n` +
    "  curl --user dev -H 'Content-Type: application/json' --data-binary @- \\\n" +
    `    ${quoted(url)}\n`;
}
