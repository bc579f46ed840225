// From a detection: what the person in front of the camera can improve.

/** How far from the middle the face's centre may be, as a fraction of the picture's width and height. */
const MOST_OFF_CENTRE = 0.25;

/**
 * @param {any} detection With the quality of its faces.
 */
export function guidance({ faces, chosen, width, height, milliseconds, advice }) {
  const face = faces[chosen];
  const more = [];
  if (faces.length === 0) more.push('no_face');
  if (faces.length > 1) more.push('several_faces');
  if (face && isOffCentre(face.bounds, width, height)) more.push('off_centre');
  const all = [...new Set([...more, ...advice])];
  return { ready: Boolean(face) && all.length === 0, advice: all, ...(face && { face }), width, height, milliseconds };
}

function isOffCentre(bounds, width, height) {
  const across = (bounds.x + bounds.width / 2) / width - 0.5;
  const down = (bounds.y + bounds.height / 2) / height - 0.5;
  return Math.max(Math.abs(across), Math.abs(down)) > MOST_OFF_CENTRE;
}
