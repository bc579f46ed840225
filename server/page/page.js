// The demo page: two photos to the API of the server that it came from, and the answer in pictures and words.
"use strict";

const ENDPOINT = "api/v1/face/verify";

const ERRORS = {
  MISSING_PROBE_IMAGE: "The probe is missing or is not a readable image.",
  MISSING_REFERENCE_IMAGE: "The reference is missing or is not a readable image.",
  PROBE_FACE_NOT_FOUND: "No face was found on the probe. Is it large enough, sharp and well lit?",
  REFERENCE_FACE_NOT_FOUND: "No face was found on the reference. Is it large enough, sharp and well lit?",
  INTERNAL_ERROR: "The server failed. Its log says why.",
  INVALID_REQUEST: "The server did not understand the request.",
  UNAUTHORIZED: "The server wants other credentials. Reload the page.",
  TOO_MANY_REQUESTS: "Too many wrong passwords came from here. Try again in a minute.",
  REQUEST_TIMEOUT: "The photos took too long to arrive.",
  REQUEST_TOO_LARGE: "The photos are too large. Two of about four megabytes are fine.",
  OVERLOADED: "The server is busy. Try again in a moment.",
};

const byId = (id) => document.getElementById(id);
const photos = { probe: null, reference: null };

/** A file as Base64, without the label in front. */
function toBase64(file) {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(reader.result.slice(reader.result.indexOf(",") + 1));
    reader.onerror = () => reject(reader.error);
    reader.readAsDataURL(file);
  });
}

function say(text, isError) {
  const status = byId("status");
  status.textContent = text;
  status.classList.toggle("error", Boolean(isError));
}

/** Draws a photo and, once they are known, its face and landmarks. */
function draw(side, seen) {
  const { picker, picture } = photos[side];
  const canvas = picker.querySelector("canvas");
  picker.classList.add("filled");
  if (!picture) {
    canvas.width = canvas.height = 0;
    return;
  }
  canvas.width = picture.width;
  canvas.height = picture.height;
  const context = canvas.getContext("2d");
  context.drawImage(picture, 0, 0);
  canvas.setAttribute("aria-label", `${side} photo${seen ? ", face marked" : ""}`);
  if (!seen) return;
  const scale = picture.width / seen.width;
  const unit = Math.max(picture.width, picture.height) / 120;
  context.strokeStyle = context.fillStyle = "#35e08a";
  context.lineWidth = unit / 2;
  context.strokeRect(...seen.face.bounds.map((value) => value * scale));
  for (const [x, y] of seen.face.landmarks) {
    context.beginPath();
    context.arc(x * scale, y * scale, unit, 0, 2 * Math.PI);
    context.fill();
  }
}

async function take(side, picker, file) {
  let picture = null;
  try {
    picture = await createImageBitmap(file);
  } catch {
    // The browser cannot show it; the server may still read it, or will say that it cannot.
  }
  photos[side] = { picker, file, picture };
  picker.querySelector(".hint").textContent = file.name || "photo";
  draw(side);
  picker.classList.toggle("filled", Boolean(picture));
  byId("result").hidden = true;
  byId("compare").disabled = !(photos.probe && photos.reference);
  say(byId("compare").disabled ? `The ${side} is there.` : "Both photos are there.");
}

/** Shows the webcam; a second press takes the photo. */
async function camera(side, picker) {
  const [video, button] = [picker.querySelector("video"), picker.querySelector(".camera")];
  if (!video.srcObject) {
    try {
      video.srcObject = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "user" } });
    } catch {
      return say("The browser gives no camera to this page.", true);
    }
    video.hidden = false;
    button.textContent = "Take it";
    return video.play();
  }
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [video.videoWidth, video.videoHeight];
  canvas.getContext("2d").drawImage(video, 0, 0);
  video.srcObject.getTracks().forEach((track) => track.stop());
  video.srcObject = null;
  video.hidden = true;
  button.textContent = "Camera";
  canvas.toBlob((blob) => take(side, picker, blob), "image/jpeg", 0.92);
}

function prepare(picker) {
  const side = picker.dataset.side;
  picker.append(byId("picker").content.cloneNode(true));
  const [drop, input, button] = [".drop", "input", ".camera"].map((name) => picker.querySelector(name));
  input.setAttribute("aria-label", `Choose the ${side} photo`);
  button.setAttribute("aria-label", `Take the ${side} photo with the camera`);
  button.hidden = !navigator.mediaDevices?.getUserMedia;
  button.addEventListener("click", () => camera(side, picker));
  input.addEventListener("change", () => input.files[0] && take(side, picker, input.files[0]));
  drop.addEventListener("dragover", (event) => { event.preventDefault(); drop.classList.add("over"); });
  drop.addEventListener("dragleave", () => drop.classList.remove("over"));
  drop.addEventListener("drop", (event) => {
    event.preventDefault();
    drop.classList.remove("over");
    if (event.dataTransfer.files[0]) take(side, picker, event.dataTransfer.files[0]);
  });
}

/** A pasted photo goes to the first side that has none, or replaces the reference. */
function paste(event) {
  const file = [...event.clipboardData.files].find((file) => file.type.startsWith("image/"));
  if (!file) return;
  const side = photos.probe ? "reference" : "probe";
  take(side, document.querySelector(`[data-side=${side}]`), file);
}

// The score table is measured up to one in 100,000; beyond, it is continued, and a page must not promise that.
function rate(value) {
  const every = 1 / value;
  return every > 1e5 ? "less than one in 100,000" : `about one in ${Math.max(1, Math.round(every)).toLocaleString("en")}`;
}

function facts({ probe, reference }) {
  const number = (value, digits = 0) => value.toFixed(digits);
  const rows = [
    ["Picture", (photo) => `${photo.width} × ${photo.height}`],
    ["Faces", (photo) => photo.faceCount],
    ["Distance of the eyes", (photo) => `${number(photo.quality.interEyeDistance)} px`],
    ["Sharpness", (photo) => number(photo.quality.sharpness, 2)],
    ["Brightness", (photo) => number(photo.quality.brightness, 2)],
    ["Contrast", (photo) => number(photo.quality.contrast, 2)],
    ["Yaw, pitch, roll", (photo) => ["yaw", "pitch", "roll"].map((name) => `${number(photo.quality[name])}°`).join(", ")],
    ["Decode, detect, extract", (photo) => `${["decode", "detect", "extract"].map((name) => number(photo.milliseconds[name])).join(", ")} ms`],
  ];
  byId("facts").replaceChildren(...rows.map(([name, of]) => {
    const [row, head] = [document.createElement("tr"), document.createElement("th")];
    head.scope = "row";
    head.textContent = name;
    row.append(head, ...[probe, reference].map((photo) => {
      const cell = document.createElement("td");
      cell.textContent = of(photo);
      return cell;
    }));
    return row;
  }));
}

function show(reply) {
  const { score, details } = reply;
  const result = byId("result");
  result.className = details.isMatch ? "same" : "other";
  byId("verdict").textContent = details.isMatch ? "The same person" : "Different people";
  byId("score").textContent = score;
  byId("dial-title").textContent = `Score ${score} of 100, threshold ${details.threshold}`;
  byId("arc").setAttribute("stroke-dasharray", `${score} 100`);
  byId("mark").setAttribute("transform", `rotate(${details.threshold * 1.8} 100 104)`);
  byId("meaning").textContent = `Of pairs of different people, ${rate(details.falseMatchRate)} is as alike as these two. ` +
    `From score ${details.threshold} on (the mark), two photos count as one person.`;
  facts(details);
  draw("probe", details.probe);
  draw("reference", details.reference);
  byId("json").textContent = JSON.stringify(reply, null, 2);
  byId("curl").textContent = "printf '{\"probe\":{\"imageBase64\":\"%s\"},\"reference\":{\"imageBase64\":\"%s\"}}' \\\n" +
    "    \"$(base64 -w0 probe.jpg)\" \"$(base64 -w0 reference.jpg)\" |\n" +
    "  curl -u USER -H 'Content-Type: application/json' --data-binary @- \\\n" +
    `    '${new URL(ENDPOINT, location.href).href}'`;
  result.hidden = false;
}

async function compare(event) {
  event.preventDefault();
  byId("compare").disabled = true;
  byId("result").hidden = true;
  say("Comparing…");
  try {
    const [probe, reference] = await Promise.all([photos.probe, photos.reference].map(({ file }) => toBase64(file)));
    const reply = await fetch(`${ENDPOINT}?details=true`, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ sessionId: "demo", probe: { imageBase64: probe }, reference: { imageBase64: reference } }),
    });
    const answer = await reply.json();
    if (answer.hasError) {
      say(ERRORS[answer.error] || answer.error, true);
    } else {
      show(answer);
      say(`${byId("verdict").textContent}, score ${answer.score}.`);
    }
  } catch {
    say("The server cannot be reached.", true);
  }
  byId("compare").disabled = false;
}

document.querySelectorAll(".photo").forEach(prepare);
document.addEventListener("paste", paste);
byId("form").addEventListener("submit", compare);
byId("copy").addEventListener("click", async () => {
  await navigator.clipboard?.writeText(byId("curl").textContent);
  say("Copied.");
});
