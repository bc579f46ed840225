// What errors, scores and measures mean, in words.

const ERRORS = {
  MISSING_PROBE_IMAGE: "The probe is missing, or its file is damaged or too large to be read.",
  MISSING_REFERENCE_IMAGE: "The reference is missing, or its file is damaged or too large to be read.",
  PROBE_FACE_NOT_FOUND: "No face was found in the probe. Is it large enough, sharp and well lit?",
  REFERENCE_FACE_NOT_FOUND: "No face was found in the reference. Is it large enough, sharp and well lit?",
  INTERNAL_ERROR: "The server failed; the photos are not to blame. Its log says why.",
  INVALID_REQUEST: "The server did not understand this page's request. Are both the same version?",
  UNAUTHORIZED: "The server did not accept the credentials. Reload the page to log in again.",
  TOO_MANY_REQUESTS: "Too many wrong passwords were sent from this address.",
  REQUEST_TIMEOUT: "The photos took too long to arrive. Is the connection slow?",
  REQUEST_TOO_LARGE: "The photos are larger than this server accepts. Use smaller ones.",
  OVERLOADED: "The server is busy.",
  DEVICE_ERROR: "This browser could not compare the photos: the files it needs could not be loaded, or there is too little memory. Let the server compare them.",
};

/** There was no reply. */
export const UNREACHABLE = "The server cannot be reached. Is it running, and is the network available?";

/**
 * What an error of the API means; `retryAfter` is in seconds, if the server sent it, and `advice` what is wrong with a photo
 * without a usable face, which replaces the general question.
 */
export function errorWords(code, retryAfter, advice = []) {
  const known = advice.filter((name) => name in REASONS).map((name) => REASONS[name]);
  const meaning = ERRORS[code] ?? `The server answered ${code}.`;
  const words = known.length ? meaning.replace(/ Is it .*\?$/, ` Perhaps ${known.join("; or ")}.`) : meaning;
  return retryAfter ? `${words} Try again in ${retryAfter} ${Number(retryAfter) === 1 ? "second" : "seconds"}.` : words;
}

/** For a reply that did not come from a visavis server, but from something in front of it. */
export const strangerWords = (status) => `Something other than the server answered, with status ${status}. Is there a proxy in between?`;

/** "1 in 2,300": measured rates justify no more than two digits. */
function oneIn(rate) {
  return `1 in ${Number((1 / rate).toPrecision(2)).toLocaleString("en")}`;
}

/** What the score says about these two photos, as far as rates were measured. */
export function meaning({ falseMatchRate, lowestMeasuredRate }) {
  if (falseMatchRate > 0.5) return "Almost any two different people look as similar as these two photos.";
  if (falseMatchRate >= lowestMeasuredRate) {
    return `Of pairs of different people, about ${oneIn(falseMatchRate)} is at least as similar as these two photos.`;
  }
  return `Of pairs of different people, fewer than ${oneIn(lowestMeasuredRate)} are as similar as these two photos. ` +
    "Lower rates were not measured.";
}

/** The limits of these rates. The figures are those of the default models: docs/ACCURACY.md. */
const ALIKE = "That is for people chosen at random. People who resemble each other reach it more often: of pairs of the same " +
  "sex and origin, 1 in 90 reached 27 and 1 in 420 reached 40 where it was measured.";

/** What the threshold does. */
export function thresholdWords({ threshold, lowestMeasuredRate }) {
  const rate = 10 ** (-threshold / 10);
  const often = rate < lowestMeasuredRate ? `Fewer than ${oneIn(lowestMeasuredRate)}` : `About ${oneIn(rate)}`;
  return `Two photos with a score of ${threshold} or more, the mark on the dial, count as the same person. ` +
    `${often} pairs of different people reach it. ${ALIKE}`;
}

// The server's names; docs/DETAILS.md has the limits.
const ADVICE = {
  too_small: "the face is small: come closer, or use a larger photo",
  blurred: "the face is blurred: hold still and let the camera focus",
  too_dark: "the face is dark: turn towards the light",
  too_bright: "parts of the face are overexposed: use less light, or none from the front",
  turned_away: "the head is turned away: look into the camera",
  tilted: "the head is tilted: hold it, or the camera, upright",
  covered: "what may be a face is covered, turned away or blurred: show all of it",
  several_faces: "there are several faces; the most prominent one was used",
};

/** The same as reasons for an error, where several faces are not just a remark. */
const REASONS = { ...ADVICE, several_faces: "there are several faces, but only one is allowed" };

const HINTS = { ...ADVICE, no_face: "no face is visible: look into the camera", off_centre: "the face is off centre: move to the middle" };

/** What the person in front of the camera should do next. */
export function hint([first]) {
  if (!first) return "Good. Hold still.";
  return `${HINTS[first][0].toUpperCase()}${HINTS[first].slice(1)}.`;
}

/** What would make the photos better, in sentences. */
export function advice(details) {
  return ["probe", "reference"].flatMap((side) =>
    details[side].advice.filter((name) => name in ADVICE).map((name) => `In the ${side}, ${ADVICE[name]}.`));
}
