// The webcam of one side: shows its picture, takes one photo, and releases the camera.

const REFUSALS = {
  NotAllowedError: "The browser denied access to the camera. Allow it for this page in the browser's site settings, next to the address.",
  NotFoundError: "No camera was found.",
  NotReadableError: "The camera is in use by another program.",
};

/** Browsers give access to cameras only to pages from this machine or over HTTPS. */
export const cameraIsPossible = () => Boolean(window.isSecureContext && navigator.mediaDevices?.getUserMedia);

export class Camera {
  #video;
  #stream = null;
  // Opening the camera takes time: only the last attempt counts.
  #turn = 0;
  #lost;

  /** Shows the camera in a video element. `lost()` is called when the camera is disconnected unexpectedly. */
  constructor(video, lost) {
    [this.#video, this.#lost] = [video, lost];
    window.addEventListener("pagehide", () => this.#stream && this.#lost());
  }

  /**
   * Shows the camera: `facing` is "user" or "environment". Returns false if it was stopped or started again meanwhile.
   * Fails with a readable message.
   */
  async start(facing) {
    this.stop();
    const turn = this.#turn;
    let stream;
    try {
      const video = { facingMode: facing, width: { ideal: 1280 }, height: { ideal: 960 } };
      stream = await navigator.mediaDevices.getUserMedia({ video, audio: false });
    } catch (error) {
      throw new Error(REFUSALS[error.name] ?? `The camera cannot be used: ${error.message}`);
    }
    if (turn !== this.#turn) {
      end(stream);
      return false;
    }
    this.#stream = stream;
    const [track] = stream.getVideoTracks();
    // The camera was unplugged, or the permission withdrawn.
    track.addEventListener("ended", () => this.#stream === stream && this.#lost());
    // People are used to their mirror image. The photo that is taken is not mirrored.
    this.#video.classList.toggle("mirrored", track.getSettings().facingMode !== "environment");
    this.#video.srcObject = stream;
    this.#video.hidden = false;
    await this.#video.play();
    return true;
  }

  /** Takes the current picture as JPEG and stops the camera. */
  async shoot() {
    const canvas = drawn(this.#video);
    this.stop();
    return new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", 0.95));
  }

  /** Releases the camera. */
  stop() {
    this.#turn += 1;
    if (this.#stream) end(this.#stream);
    this.#stream = null;
    this.#video.srcObject = null;
    this.#video.hidden = true;
  }
}

/** The current picture of a video element, on a canvas. */
export function drawn(video) {
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [video.videoWidth, video.videoHeight];
  canvas.getContext("2d").drawImage(video, 0, 0);
  return canvas;
}

function end(stream) {
  stream.getTracks().forEach((track) => track.stop());
}
