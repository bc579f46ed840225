"""visavis's two networks in OpenCV's DNN module, with the steps between them written in numpy and OpenCV.

The steps follow the core (core/src/detect.rs, choose.rs, align.rs), but every look is at the whole picture, at 320 or 640
pixels, and with the finest level.
"""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any, Callable, NamedTuple

import cv2
import numpy as np

MODELS = Path(__file__).resolve().parent.parent / "models"

#: The positions of the landmarks on the extractor's input of 112x112 pixels, as x + iy.
CHIP = np.array([38.2946 + 51.6963j, 73.5318 + 51.5014j, 56.0252 + 71.7366j, 41.5493 + 92.3655j, 70.7299 + 92.2041j])
STRIDES_AND_SIDES = ((8, (16, 32)), (16, (64, 128)), (32, (256, 512)))
ROWS = ("loc", "conf", "landmarks")
TURNS = (None, cv2.ROTATE_90_CLOCKWISE, cv2.ROTATE_180, cv2.ROTATE_90_COUNTERCLOCKWISE)


class Look(NamedTuple):
    side: int
    fill: float = 1.0
    enlarge: float = 1.0
    turn: int = 0
    confidence: float = 0.97
    max_spread: float = 0.04


class Face(NamedTuple):
    #: Left, top, right, bottom.
    box: np.ndarray
    #: Five points as x + iy.
    landmarks: np.ndarray
    #: How far the anchors disagree about the landmarks, in units of the box.
    spread: float


class OpenCv:
    def __init__(self, read: Callable[[str], Any] = cv2.dnn.readNetFromONNX) -> None:
        """`read` loads a network from a path; it has the interface of OpenCV's networks."""
        cv2.setNumThreads(1)
        self.name = "OpenCV DNN, the same networks"
        self.about = f"OpenCV {cv2.__version__}, its default DNN engine; threshold: the similarity of score 27"
        manifest = tomllib.loads((MODELS / "manifest.toml").read_text(encoding="utf-8"))
        self.mean = manifest["detector"]["mean"]
        parts = [str(MODELS / manifest["detector"][part]["file"]) for part in ("net", "fine")]
        # Each size has its own networks, so that none has to change its shapes.
        self.detectors = {side: [read(part) for part in parts] for side in (320, 640)}
        self.anchors = {side: anchors(side) for side in self.detectors}
        self.extractor = read(str(MODELS / manifest["extractors"][0]["file"]))
        self.threshold = similarity_of(27, np.array(manifest["calibration"]["knots"]))

    def extract(self, photo: bytes) -> np.ndarray | None:
        image = cv2.imdecode(np.frombuffer(photo, np.uint8), cv2.IMREAD_COLOR)
        faces = self.detect(image)
        if not faces:
            return None
        face = max(faces, key=lambda face: prominence(face.box, image))
        chip = align(image, face.landmarks)
        self.extractor.setInput(cv2.dnn.blobFromImage(chip, 1 / 128, mean=(127.5,) * 3, swapRB=True), "input")
        template = self.extractor.forward()[0]
        return template / np.linalg.norm(template)

    def compare(self, probe: np.ndarray, reference: np.ndarray) -> tuple[float, bool]:
        similarity = float(probe @ reference)
        return similarity, similarity >= self.threshold

    def detect(self, image: np.ndarray) -> list[Face]:
        """One look is enough for most photos; otherwise the look with the most certain largest face counts."""
        best, best_spread = [], np.inf
        for look in looks(max(image.shape[:2])):
            faces = self.see(image, look)
            if not faces:
                continue
            largest = max(faces, key=lambda face: area(face.box))
            if largest.spread < 0.7 * best_spread:
                best, best_spread = faces, largest.spread
                eyes = largest.landmarks[1] - largest.landmarks[0]
                if largest.spread < 0.035 and abs(np.angle(eyes)) < np.pi / 4:
                    break
        return best

    def rows(self, side: int, blob: np.ndarray) -> list[np.ndarray]:
        """The whole detector: the part for the smallest faces takes the features that the other part has computed."""
        net, fine = self.detectors[side]
        net.setInput(blob, "input")
        *others, features_8, features_16 = net.forward([*ROWS, "features_8", "features_16"])
        fine.setInput(features_8, "features_8")
        fine.setInput(features_16, "features_16")
        return [np.concatenate([first[0], rest[0]]) for first, rest in zip(fine.forward([*ROWS]), others)]

    def see(self, image: np.ndarray, look: Look) -> list[Face]:
        height, width = image.shape[:2]
        scale = min(look.fill * look.side / max(width, height), look.enlarge)
        size = [min(max(round(length * scale), 1), look.side) for length in (width, height)]
        # To shrink, OpenCV's filter that skips no pixel.
        scaled = cv2.resize(image, size, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR)
        turned = scaled if look.turn == 0 else cv2.rotate(scaled, TURNS[look.turn])
        top, left = ((look.side - length) // 2 for length in turned.shape[:2])
        bottom, right = look.side - turned.shape[0] - top, look.side - turned.shape[1] - left
        square = cv2.copyMakeBorder(turned, top, bottom, left, right, cv2.BORDER_CONSTANT, value=self.mean)
        boxes, classes, landmarks = self.rows(look.side, cv2.dnn.blobFromImage(square, mean=self.mean))
        candidates = decode(boxes, classes[:, 1], landmarks, self.anchors[look.side])

        def back(points: np.ndarray) -> np.ndarray:
            points = points - complex(left, top)
            corner = (0, complex(0, size[1]), complex(*size), complex(size[0], 0))[look.turn]
            points = corner + points * (1, -1j, -1, 1j)[look.turn]
            return points.real * (width / size[0]) + 1j * points.imag * (height / size[1])

        return [place(face, back) for face in merge(*candidates, look)]


def similarity_of(score: float, knots: np.ndarray) -> float:
    """The similarity at which the core's score table (core/src/score.rs) reaches a score: by bisection, since it rises."""
    (x, y), slopes = knots.T, np.divide(*np.diff(knots, axis=0).T[::-1])
    at = int(np.searchsorted(y, score)) - 1
    width, steps = x[at + 1] - x[at], slopes[at - 1 : at + 2]
    start, end = (2 / (1 / pair).sum() for pair in (steps[:2], steps[1:]))
    low, high = 0.0, 1.0
    for _ in range(50):
        t = (low + high) / 2
        bend = width * (start * t * (1 - t) ** 2 - end * t**2 * (1 - t))
        reached = y[at] + (y[at + 1] - y[at]) * t**2 * (3 - 2 * t) + bend
        low, high = (low, t) if reached > score else (t, high)
    return float(x[at] + width * high)


def looks(longest: int) -> list[Look]:
    first = Look(320, confidence=0.95, max_spread=0.1)
    enlarged = [Look(320, enlarge=2.0, max_spread=0.1)] if longest < 320 else []
    larger = [Look(640)] if longest > 320 else []
    return [first, *enlarged, *larger, Look(320, fill=0.5), *(Look(320, turn=turn) for turn in (1, 2, 3))]


def anchors(side: int) -> tuple[np.ndarray, np.ndarray]:
    """Centres as x + iy, and sides."""
    centres, sides = [], []
    for stride, pair in STRIDES_AND_SIDES:
        middles = (np.arange(-(-side // stride)) + 0.5) * stride
        grid = (middles[None, :] + 1j * middles[:, None]).ravel()
        centres.append(np.repeat(grid, 2))
        sides.append(np.tile(pair, len(grid)))
    return np.concatenate(centres), np.concatenate(sides).astype(float)


def decode(
    boxes: np.ndarray, confidences: np.ndarray, landmarks: np.ndarray, known: tuple[np.ndarray, np.ndarray]
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The anchors on a face, most confident first: boxes, landmarks, confidences."""
    seen = np.flatnonzero(confidences >= 0.3)
    seen = seen[np.argsort(-confidences[seen], kind="stable")]
    centres, sides = known[0][seen], known[1][seen]
    boxes, landmarks = boxes[seen].astype(float), landmarks[seen].astype(float)
    middles = centres + (boxes[:, 0] + 1j * boxes[:, 1]) * 0.1 * sides
    halves = sides[:, None] * np.exp(boxes[:, 2:] * 0.2) / 2
    corners = np.stack([middles.real, middles.imag], axis=1)
    points = centres[:, None] + (landmarks[:, 0::2] + 1j * landmarks[:, 1::2]) * 0.1 * sides[:, None]
    return np.hstack([corners - halves, corners + halves]), points, confidences[seen]


def merge(boxes: np.ndarray, landmarks: np.ndarray, confidences: np.ndarray, look: Look) -> list[Face]:
    """Greedy non-maximum suppression, with the mean landmarks of all anchors on a face."""
    kept: list[Face] = []
    for box, confidence in zip(boxes, confidences):
        if confidence < look.confidence:
            break
        if any(overlap(known.box, box[None])[0] > 0.4 for known in kept):
            continue
        voters = overlap(box, boxes) >= 0.5
        weights = confidences[voters] ** 2
        mean = np.average(landmarks[voters], axis=0, weights=weights)
        squares = np.mean(np.abs(landmarks[voters] - mean) ** 2, axis=1)
        face = Face(box, mean, float(np.sqrt(np.average(squares, weights=weights) / area(box))))
        if face.spread <= look.max_spread and arranged_as_face(face):
            kept.append(face)
    return kept


def overlap(box: np.ndarray, others: np.ndarray) -> np.ndarray:
    """Intersection over union."""
    shared = np.minimum(box[2:], others[:, 2:]) - np.maximum(box[:2], others[:, :2])
    shared = np.prod(np.maximum(shared, 0), axis=1)
    return shared / (area(box) + np.prod(others[:, 2:] - others[:, :2], axis=1) - shared)


def area(box: np.ndarray) -> float:
    return float(np.prod(box[2:] - box[:2]))


def arranged_as_face(face: Face) -> bool:
    right_eye, left_eye, nose, mouth_right, mouth_left = face.landmarks
    size = face.box[2:] - face.box[:2]
    inside = (face.landmarks - complex(*face.box[:2])).view(float).reshape(5, 2) / size
    eyes, mouth = (right_eye + left_eye) / 2, (mouth_right + mouth_left) / 2
    down = mouth - eyes
    if abs(down) <= 0.15 * size[1] or not np.all((inside >= -0.25) & (inside <= 1.25)):
        return False

    def seen_upright(point: complex) -> complex:
        return (point - eyes) / down * 1j

    ordered = (seen_upright(left_eye) - seen_upright(right_eye)).real > 0
    ordered = ordered and (seen_upright(mouth_left) - seen_upright(mouth_right)).real > 0
    return bool(ordered and 0.05 <= seen_upright(nose).imag <= 0.95)


def place(face: Face, back) -> Face:
    """A face of the square in pixels of the image."""
    ends = back(np.array([complex(*face.box[:2]), complex(*face.box[2:])]))
    box = np.array([ends.real.min(), ends.imag.min(), ends.real.max(), ends.imag.max()])
    return Face(box, back(face.landmarks), face.spread)


def prominence(box: np.ndarray, image: np.ndarray) -> float:
    """Large, and in the middle: the core's rule for several faces, which every peer here uses."""
    offset = (box[:2] + box[2:]) / 2 - np.array(image.shape[1::-1]) / 2
    return area(box) - 2 * float(offset @ offset)


def align(image: np.ndarray, landmarks: np.ndarray) -> np.ndarray:
    """The least-squares similarity transform from the chip to the landmarks (Umeyama 1991): a complex factor and a shift."""
    chip = CHIP - CHIP.mean()
    factor = np.vdot(chip, landmarks - landmarks.mean()) / np.vdot(chip, chip).real
    if abs(factor) >= 2:
        # Sampling would skip pixels: scale the image down first; pixel centres are at whole coordinates.
        image = cv2.resize(image, None, fx=1 / abs(factor), fy=1 / abs(factor), interpolation=cv2.INTER_AREA)
        return align(image, (landmarks + 0.5 + 0.5j) / (abs(factor) * 1.001) - 0.5 - 0.5j)
    shift = landmarks.mean() - factor * CHIP.mean()
    matrix = np.array([[factor.real, -factor.imag, shift.real], [factor.imag, factor.real, shift.imag]])
    return cv2.warpAffine(image, matrix, (112, 112), flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP)
