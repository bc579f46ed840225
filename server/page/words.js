// What errors, scores and measures mean, in words.

const ERRORS = {
  MISSING_PROBE_IMAGE: "The probe is missing, or its file is damaged or too large to be read.",
  MISSING_REFERENCE_IMAGE: "The reference is missing, or its file is damaged or too large to be read.",
  PROBE_FACE_NOT_FOUND: "No face was found on the probe. Is it large enough, sharp and well lit?",
  REFERENCE_FACE_NOT_FOUND: "No face was found on the reference. Is it large enough, sharp and well lit?",
  INTERNAL_ERROR: "The server failed; this is not the photos' fault. Its log says why.",
  INVALID_REQUEST: "The server did not understand this page's request. Are both of one version?",
  UNAUTHORIZED: "The server wants other credentials. Reload the page to log in again.",
  TOO_MANY_REQUESTS: "Too many wrong passwords came from here.",
  REQUEST_TIMEOUT: "The photos took too long to arrive. Is the connection slow?",
  REQUEST_TOO_LARGE: "The photos are larger than this server takes. Use smaller ones.",
  OVERLOADED: "The server is busy.",
};

/** Nothing came back. */
export const UNREACHABLE = "The server cannot be reached. Is it running, and is the network there?";

/** What an error of the API means; `retryAfter` is in seconds, where the server named it. */
export function errorWords(code, retryAfter) {
  const words = ERRORS[code] ?? `The server answered ${code}.`;
  return retryAfter ? `${words} Try again in ${retryAfter} ${Number(retryAfter) === 1 ? "second" : "seconds"}.` : words;
}

/** The answer did not come from a visavis server, but from something in front of it. */
export const strangerWords = (status) => `Something other than the server answered, with status ${status}. Is a proxy in between?`;

/** "1 in 2,300": two digits are all that a measured rate is good for. */
function oneIn(rate) {
  return `1 in ${Number((1 / rate).toPrecision(2)).toLocaleString("en")}`;
}

/** What the score says about these two photos, and never more than what was measured. */
export function meaning({ falseMatchRate, lowestMeasuredRate }) {
  if (falseMatchRate > 0.5) return "Almost any two different people are as alike as these two photos.";
  if (falseMatchRate >= lowestMeasuredRate) {
    return `Of pairs of different people, about ${oneIn(falseMatchRate)} is as alike as these two photos, or more.`;
  }
  return `Of pairs of different people, fewer than ${oneIn(lowestMeasuredRate)} are as alike as these two photos. ` +
    "Rarer than that was not measured.";
}

/** What the threshold does. */
export function thresholdWords({ threshold, lowestMeasuredRate }) {
  const rate = 10 ** (-threshold / 10);
  const often = rate < lowestMeasuredRate ? `Fewer than ${oneIn(lowestMeasuredRate)}` : `About ${oneIn(rate)}`;
  return `From score ${threshold} on, the mark on the dial, two photos count as the same person. ` +
    `${often} pairs of different people get that far.`;
}

const isDark = ({ quality }) => quality.underExposure > 0.6 || quality.brightness < 0.05;

// Chosen so that at most one press photo (LFW) in twenty meets one: where the person who takes the photo can do something about it.
const ADVICE = [
  [({ quality }) => quality.interEyeDistance < 30, "the face is small: come closer, or use a larger photo"],
  [isDark, "the face is dark: turn towards the light"],
  [(photo) => photo.quality.sharpness < 0.4 && !isDark(photo), "the face is blurred: hold still and let the camera focus"],
  [({ quality }) => quality.overExposure > 0.1, "parts of the face are white: less light, or none from the front"],
  [({ quality }) => Math.abs(quality.yaw) > 35 || Math.abs(quality.pitch) > 35, "the head is turned away: look into the camera"],
  [({ quality }) => Math.abs(quality.roll) > 30, "the head is tilted: hold it, or the camera, upright"],
  [({ faceCount }) => faceCount > 1, "there are several faces; the most prominent one counts"],
];

/** What would make the photos better, in sentences. */
export function advice(details) {
  return ["probe", "reference"].flatMap((side) =>
    ADVICE.filter(([applies]) => applies(details[side])).map(([, words]) => `On the ${side}, ${words}.`));
}
