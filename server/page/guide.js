// Advice while a camera runs, and the best of its good frames.

import { drawn } from "./camera.js";
import { advise } from "./device.js";
import { hint } from "./words.js";

/** How many good frames are compared before the best of them is taken. */
const ENOUGH = 4;

export class Guide {
  #ended = new AbortController();

  /**
   * Assesses a camera's picture again and again. `say(words)` is called with what to improve, `take(canvas)` once with
   * the sharpest of some good frames; after that the assessment ends.
   */
  constructor(video, say, take) {
    this.#look(video, say, take);
  }

  stop() {
    this.#ended.abort();
  }

  async #look(video, say, take) {
    const { signal } = this.#ended;
    let [best, good] = [null, 0];
    while (!signal.aborted) {
      const frame = drawn(video);
      let seen = null;
      try {
        seen = await advise(frame, signal);
      } catch (error) {
        if (!signal.aborted) say(`The picture cannot be assessed: ${error.message}.`);
        return;
      }
      if (signal.aborted) return;
      say(hint(seen.advice));
      good = seen.ready ? good + 1 : 0;
      if (!seen.ready) best = null;
      else if (!best || seen.face.quality.sharpness > best.sharpness) best = { frame, sharpness: seen.face.quality.sharpness };
      if (good >= ENOUGH) {
        this.stop();
        return take(best.frame);
      }
      // At most once per displayed frame.
      await new Promise(requestAnimationFrame);
    }
  }
}
