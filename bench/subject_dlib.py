"""The package `face_recognition`: dlib's HOG detector, five landmarks and ResNet, as its documentation uses them."""

from __future__ import annotations

import io
from importlib.metadata import version

import dlib
import face_recognition
import numpy as np

#: The default of `face_recognition.compare_faces`.
TOLERANCE = 0.6


class FaceRecognition:
    def __init__(self) -> None:
        self.name = "face_recognition (dlib)"
        blas = "with a BLAS" if dlib.DLIB_USE_BLAS else "without a BLAS"
        self.about = (
            # Its __version__ is wrong: 1.2.3.
            f"face_recognition {version('face_recognition')}, dlib {dlib.__version__} {blas}, on the processor; "
            f"threshold: distance {TOLERANCE}"
        )

    def extract(self, photo: bytes) -> np.ndarray | None:
        image = face_recognition.load_image_file(io.BytesIO(photo))
        boxes = face_recognition.face_locations(image)
        if not boxes:
            return None
        box = max(boxes, key=lambda box: prominence(box, image))
        return face_recognition.face_encodings(image, [box])[0]

    def compare(self, probe: np.ndarray, reference: np.ndarray) -> tuple[float, bool]:
        distance = float(face_recognition.face_distance([probe], reference)[0])
        return -distance, distance <= TOLERANCE


def prominence(box: tuple[int, int, int, int], image: np.ndarray) -> float:
    """visavis's rule for several faces, large and in the middle; the first one found would be worse."""
    top, right, bottom, left = box
    x, y = (left + right - image.shape[1]) / 2, (top + bottom - image.shape[0]) / 2
    return (right - left) * (bottom - top) - 2 * (x * x + y * y)
