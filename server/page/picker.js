// One side of the page: a photo is chosen, dropped, pasted or taken, shown, marked and cleared.

import { Camera, cameraIsPossible } from "./camera.js";
import { Guide } from "./guide.js";
import { PhotoError, readPhoto } from "./photo.js";

const FACE = "#2ee38a";
const SHADOW = "rgb(0 0 0 / 55%)";

export class Picker {
  /** The photo, or null. */
  photo = null;
  #root;
  #side;
  #changed;
  #say;
  #camera;
  #guided;
  #taken;
  /** Assesses the camera's picture while it is on. */
  #guide = null;
  // Reading takes time: only the last photo counts.
  #turn = 0;

  /**
   * Fills a fieldset. `changed()` is called when the photo changes, `say(words, isError)` to report something, `guided()`
   * returns whether a camera's picture is assessed, and `taken()` is called when a frame of it became the photo.
   */
  constructor(root, { changed, say, several, guided, taken }) {
    [this.#guided, this.#taken] = [guided, taken];
    [this.#root, this.#side, this.#changed, this.#say] = [root, root.dataset.side, changed, say];
    root.append(document.getElementById("picker").content.cloneNode(true));
    this.#camera = new Camera(this.#part("video"), () => {
      this.#closeCamera();
      this.#say("The camera was disconnected.", true);
    });
    this.#name();
    const input = this.#part("input");
    input.addEventListener("change", () => {
      if (input.files[0]) this.take(input.files[0], input.files[0].name);
      // So that the same file can be chosen again.
      input.value = "";
    });
    this.#part(".camera").addEventListener("click", () => this.#startOrStop());
    this.#part(".shoot").addEventListener("click", () => this.#shoot());
    this.#part(".clear").addEventListener("click", () => this.clear());
    this.#listenToDrops(several);
  }

  /** Takes a file or blob as this side's photo. */
  async take(file, name) {
    const turn = ++this.#turn;
    this.#closeCamera();
    try {
      const photo = await readPhoto(file, name);
      if (turn === this.#turn) this.set(photo);
    } catch (error) {
      if (turn !== this.#turn) return;
      this.set(null);
      // Names the file that the message is about.
      this.#part(".words").textContent = `${name} was not taken. Choose, drop or paste another photo.`;
      this.fail();
      this.#say(error instanceof PhotoError ? error.message : `“${name}” cannot be read.`, true);
    }
  }

  /** Shows a photo as read, or none. */
  set(photo) {
    this.#turn += 1;
    this.photo = photo;
    this.#root.classList.remove("problem");
    this.#root.classList.toggle("filled", Boolean(photo));
    this.#part("canvas").hidden = !photo?.picture;
    this.#part(".hint").hidden = Boolean(photo?.picture);
    this.#part(".words").textContent = photo ? `${photo.name}: this browser cannot show it, but the server can read it.` : "Choose, drop or paste a photo";
    this.#part(".clear").hidden = !photo;
    this.#note(photo?.note ?? "");
    this.mark(null);
    this.#changed(this.#side, photo);
  }

  /** Removes the photo. */
  clear() {
    this.#closeCamera();
    this.set(null);
    this.#part("input").focus();
  }

  /** Draws the photo and, if they are known, its faces and landmarks. */
  mark(seen) {
    const [canvas, picture] = [this.#part("canvas"), this.photo?.picture];
    [canvas.width, canvas.height] = picture ? [picture.width, picture.height] : [0, 0];
    canvas.setAttribute("aria-label", `The ${this.#side} photo${seen ? ", its face and five landmarks marked" : ""}`);
    if (!picture) return;
    const context = canvas.getContext("2d");
    context.drawImage(picture, 0, 0);
    if (seen) drawFaces(context, seen, picture);
  }

  /** Marks this side as the one with a problem. */
  fail() {
    this.#root.classList.add("problem");
  }

  /** Moves the keyboard's focus here. */
  focus() {
    this.#part("input").focus();
  }

  #part(selector) {
    return this.#root.querySelector(selector);
  }

  #name() {
    const names = { input: "Choose", ".camera": "Use the camera for", ".shoot": "Take", ".clear": "Clear" };
    for (const [selector, verb] of Object.entries(names)) {
      this.#part(selector).setAttribute("aria-label", `${verb} the ${this.#side} photo`);
    }
    this.#part("video").setAttribute("aria-label", `The camera's picture for the ${this.#side}`);
    this.#part(".camera").hidden = !cameraIsPossible();
  }

  #listenToDrops(several) {
    const drop = this.#part(".drop");
    drop.addEventListener("click", () => {
      if (!this.photo && this.#part("video").hidden) this.#part("input").click();
    });
    drop.addEventListener("dragover", () => drop.classList.add("over"));
    drop.addEventListener("dragleave", () => drop.classList.remove("over"));
    drop.addEventListener("drop", (event) => {
      drop.classList.remove("over");
      const files = [...event.dataTransfer.files];
      if (files.length > 1) several(files);
      else if (files.length === 1) this.take(files[0], files[0].name);
      else this.#say("Only files can be dropped here. Save the picture first.", true);
    });
  }

  async #startOrStop() {
    if (!this.#part("video").hidden) {
      this.#say("The camera is off.");
      return this.#closeCamera();
    }
    try {
      if (!(await this.#camera.start(this.#side === "probe" ? "user" : "environment"))) return;
    } catch (error) {
      this.#closeCamera();
      return this.#say(error.message, true);
    }
    this.#showCamera(true);
    this.#part(".shoot").focus();
    this.#say("The camera is on.");
    if (this.#guided()) this.#guide = new Guide(this.#part("video"), (words) => this.#note(words), (frame) => this.#takeFrame(frame));
  }

  async #takeFrame(frame) {
    const blob = await new Promise((resolve) => frame.toBlob(resolve, "image/jpeg", 0.95));
    if (!blob || this.#part("video").hidden) return;
    await this.take(blob, `${this.#side}.jpg`);
    this.#part(".camera").focus();
    if (this.photo) this.#taken();
  }

  #note(words) {
    this.#part(".note").hidden = !words;
    this.#part(".note").textContent = words;
  }

  async #shoot() {
    this.#guide?.stop();
    const blob = await this.#camera.shoot();
    this.#showCamera(false);
    if (blob) await this.take(blob, `${this.#side}.jpg`);
    this.#part(".camera").focus();
  }

  #closeCamera() {
    this.#guide?.stop();
    this.#camera.stop();
    this.#showCamera(false);
    this.#note(this.photo?.note ?? "");
  }

  #showCamera(on) {
    this.#part(".shoot").hidden = !on;
    this.#part(".camera").textContent = on ? "Cancel" : "Camera";
    this.#part(".camera").setAttribute("aria-label", on ? "Cancel" : `Use the camera for the ${this.#side} photo`);
    this.#root.classList.toggle("live", on);
  }
}

/** The chosen face with its landmarks, and thin outlines around the others. */
function drawFaces(context, { face, otherFaces, width }, picture) {
  const [scale, unit] = [picture.width / width, Math.max(picture.width, picture.height) / 200];
  outline(context, face.bounds, scale, unit);
  for (const bounds of otherFaces) outline(context, bounds, scale, unit / 3);
  for (const [x, y] of face.landmarks) {
    for (const [style, radius] of [[SHADOW, 2.2], [FACE, 1.6]]) {
      context.fillStyle = style;
      context.beginPath();
      context.arc(x * scale, y * scale, radius * unit, 0, 2 * Math.PI);
      context.fill();
    }
  }
}

/** A dark line beneath the bright one, so that it shows on any photo. */
function outline(context, bounds, scale, unit) {
  for (const [style, width] of [[SHADOW, 3], [FACE, 1.5]]) {
    context.strokeStyle = style;
    context.lineWidth = width * unit;
    context.strokeRect(...bounds.map((value) => value * scale));
  }
}
