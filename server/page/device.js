// Verdicts on this device: the core in a worker of this page, where the server brings it. They have the shape of the
// server's replies.

const { device, settings = "{}", server } = document.documentElement.dataset;

/** Whether photos can be compared here. */
export const isPossible = Boolean(device);

/** Whether they can be compared nowhere else. */
export const isOnly = server === "none";

/** The worker's program comes from the server itself, which the page's policy requires to be stated. */
const trusted = globalThis.trustedTypes?.createPolicy.bind(trustedTypes, "device", { createScriptURL: (url) => url });
let policy;

function worker() {
  const url = new URL(`${device}worker.js`, location.href).href;
  policy ??= trusted?.();
  return new Worker(policy ? policy.createScriptURL(url) : url, { type: "module" });
}

const load = () => import(new URL(`${device}index.js`, location.href));
/** Verifiers by how hard they look for a face: each has a worker. */
const verifiers = {};

/** A verifier with the server's settings. */
function verifier(search = JSON.parse(settings).search ?? "normal") {
  verifiers[search] ??= load().then(({ Verifier }) => new Verifier({ ...JSON.parse(settings), search, worker }));
  return verifiers[search];
}

/** What a camera sees, and what to do better. It only glances: a frame later there is another. */
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

/** All of them, or the first failure in their order; of a photo that cannot be read it says which. */
async function inOrder(calls) {
  const outcomes = await Promise.allSettled(calls);
  const failed = outcomes.findIndex(({ status }) => status === "rejected");
  if (failed < 0) return outcomes.map(({ value }) => value);
  const { reason } = outcomes[failed];
  // The band of errors of image files.
  throw reason.number >= 20 && reason.number < 40 ? Object.assign(reason, { unreadable: failed + 1 }) : reason;
}

/** What was seen on a photo, in the words of docs/DETAILS.md. */
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
