// Verdicts on this device, by the core in a worker of this page, if the server provides it. They have the form of the
// server's replies.

const { device, settings = "{}", server } = document.documentElement.dataset;

/** Whether photos can be compared here. */
export const isPossible = Boolean(device);

/** Whether they can be compared only here. */
export const isOnly = server === "none";

/** The page's policy requires a trusted URL for the worker's script, which comes from the page's own server. */
const trusted = globalThis.trustedTypes?.createPolicy.bind(trustedTypes, "device", { createScriptURL: (url) => url });
let policy;

function worker() {
  const url = new URL(`${device}worker.js`, location.href).href;
  policy ??= trusted?.();
  return new Worker(policy ? policy.createScriptURL(url) : url, { type: "module" });
}

const load = () => import(new URL(`${device}index.js`, location.href));
/** Verifiers by the thoroughness of their search: each has its own worker. */
const verifiers = {};

/** A verifier with the server's settings. */
function verifier(search = JSON.parse(settings).search ?? "normal") {
  verifiers[search] ??= load().then(({ Verifier }) => new Verifier({ ...JSON.parse(settings), search, worker }));
  return verifiers[search];
}

/** What a camera's picture shows, and what to improve. The search is quick, since the next frame follows. */
export async function advise(frame, signal) {
  return (await verifier("quick")).advice(frame, { signal });
}

const SIDES = ["probe", "reference"];

/** Compares two photos; the reply is that of the server, `?details=true`. */
export async function verify(blobs, signal) {
  try {
    const own = await verifier();
    const seen = await inOrder(blobs.map((blob) => own.detect(blob, { quality: true, signal })));
    const missing = seen.findIndex(({ chosen }) => chosen === undefined);
    if (missing >= 0) return refusal(`${SIDES[missing].toUpperCase()}_FACE_NOT_FOUND`);
    const faces = seen.map(({ faces, chosen }) => faces[chosen]);
    const start = performance.now();
    const templates = await inOrder(blobs.map((blob, index) => own.extractFace(blob, faces[index], { signal })));
    const extract = (performance.now() - start) / 2;
    const comparison = await own.compare(...templates);
    const [engine, lowestMeasuredRate] = [await own.engine, await own.lowestMeasuredRate];
    const [probe, reference] = seen.map((detection) => details(detection, extract));
    const { score, similarity, falseMatchRate, threshold, isMatch, integerScore } = comparison;
    return {
      score: integerScore,
      hasError: false,
      details: { similarity, exactScore: score, falseMatchRate, lowestMeasuredRate, threshold, isMatch, probe, reference, engine },
    };
  } catch (error) {
    if (signal.aborted) throw error;
    return refusal(error.unreadable ? `MISSING_${SIDES[error.unreadable - 1].toUpperCase()}_IMAGE` : "DEVICE_ERROR");
  }
}

const refusal = (error) => ({ hasError: true, error });

/** All results, or the first failure in their order, with the number of the photo if it cannot be read. */
async function inOrder(calls) {
  const outcomes = await Promise.allSettled(calls);
  const failed = outcomes.findIndex(({ status }) => status === "rejected");
  if (failed < 0) return outcomes.map(({ value }) => value);
  const { reason } = outcomes[failed];
  // The band of errors about image files.
  throw reason.number >= 20 && reason.number < 40 ? Object.assign(reason, { unreadable: failed + 1 }) : reason;
}

/** What was found in a photo, with the members of docs/DETAILS.md. */
function details({ faces, chosen, width, height, milliseconds }, extract) {
  const [face, others] = [faces[chosen], faces.filter((_, index) => index !== chosen)];
  const { advice, ...quality } = face.quality;
  return {
    width,
    height,
    faceCount: faces.length,
    face: { bounds: rectangle(face), landmarks: Object.values(face.landmarks).map(({ x, y }) => [x, y]), confidence: face.confidence },
    otherFaces: others.map(rectangle),
    quality,
    advice: others.length ? [...advice, "several_faces"] : advice,
    milliseconds: { ...milliseconds, extract },
  };
}

const rectangle = ({ bounds: { x, y, width, height } }) => [x, y, width, height];
