// Turns a file into a photo that the server can read and that can be drawn here.

/** Two of these fit into a body of 12 MiB as Base64, the server's default. */
const MOST_BYTES = 4_400_000;
/** The server's default is 50 million; browsers on phones can draw fewer. */
const MOST_PIXELS = 40_000_000;
/** A photo that is reduced or converted keeps this many pixels along its longer side: more than any step of the server looks at. */
const REDUCED_SIDE = 2400;
/** The longer side of the shown picture is at most this. */
const SHOWN_SIDE = 1200;

/** Its message is shown on the page. */
export class PhotoError extends Error {}

/** The kind of a file by its first bytes, as the server detects it: "shown" if browsers can read it too, "known" if only the server can. */
async function sniff(file) {
  const bytes = new Uint8Array(await file.slice(0, 16).arrayBuffer());
  const text = String.fromCharCode(...bytes);
  if (/^(\xff\xd8\xff|\x89PNG|RIFF....WEBP|BM|GIF8)/s.test(text)) return "shown";
  if (/^(II\*\0|MM\0\*|P[1-7]\s)/s.test(text)) return "known";
  if (/^....ftyp(heic|heix|heim|heis|hevc|mif1|msf1)/s.test(text)) return "heic";
  return "unknown";
}

/** The picture on a canvas whose longer side is at most `side`. */
function drawn(bitmap, side) {
  const scale = Math.min(1, side / Math.max(bitmap.width, bitmap.height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.round(bitmap.width * scale));
  canvas.height = Math.max(1, Math.round(bitmap.height * scale));
  canvas.getContext("2d").drawImage(bitmap, 0, 0, canvas.width, canvas.height);
  return canvas;
}

async function asJpeg(canvas) {
  const blob = await new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", 0.92));
  if (!blob) throw new PhotoError("This browser cannot convert the photo. Save it as JPEG and choose that.");
  return blob;
}

const size = (bytes) => (bytes < 1e6 ? `${Math.max(1, Math.round(bytes / 1e3))} kB` : `${(bytes / 1e6).toFixed(1)} MB`);

/** What to send instead of the file, and a sentence about it; null if the file can be sent as it is. */
async function converted(file, kind, bitmap) {
  if (kind !== "heic" && kind !== "unknown" && file.size <= MOST_BYTES && !(bitmap && bitmap.width * bitmap.height > MOST_PIXELS)) return null;
  if (!bitmap) {
    throw new PhotoError(`The photo has ${size(file.size)} and this browser cannot reduce it. Use one below ${size(MOST_BYTES)}.`);
  }
  const blob = await asJpeg(drawn(bitmap, REDUCED_SIDE));
  const how = kind === "known" || kind === "shown" ? "Reduced" : "Converted to JPEG";
  return { blob, note: `${how} in your browser: ${size(file.size)} to ${size(blob.size)}.` };
}

/**
 * Reads a file or blob: `blob` is what to send, `picture` a canvas, or null if the browser cannot show it, `note` a
 * sentence if the file was changed. Fails with a PhotoError.
 */
export async function readPhoto(file, name) {
  const kind = await sniff(file);
  let bitmap = null;
  try {
    bitmap = await createImageBitmap(file);
  } catch {
    // Not a picture, or one that only the server can read.
  }
  try {
    if (!bitmap && kind === "heic") {
      throw new PhotoError(`“${name}” is a HEIC photo, which neither this browser nor the server reads. On an iPhone choose ` +
        "Settings, Camera, Formats, Most Compatible, or share the photo as JPEG.");
    }
    if (!bitmap && kind === "shown") {
      throw new PhotoError(`“${name}” is damaged: this browser cannot read it. Choose the file again, or another photo.`);
    }
    if (!bitmap && kind === "unknown") {
      throw new PhotoError(`“${name}” is not a photo that can be read. JPEG, PNG, WebP, BMP, GIF, TIFF and PNM can.`);
    }
    const instead = await converted(file, kind, bitmap);
    return { name, blob: instead?.blob ?? file, note: instead?.note ?? "", picture: bitmap && drawn(bitmap, SHOWN_SIDE) };
  } finally {
    bitmap?.close();
  }
}

/** A photo's bytes as Base64. */
export function toBase64({ blob }) {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(reader.result.slice(reader.result.indexOf(",") + 1));
    reader.onerror = () => reject(reader.error);
    reader.readAsDataURL(blob);
  });
}
