"""Proof that a converted network computes what the original computes."""

import numpy as np
import onnxruntime
from ai_edge_litert.interpreter import Interpreter, OpResolverType

# Relative to the largest output. Float32 rounding causes about 1e-6 where weights were merged, and nothing elsewhere.
EXTRACTOR_BOUND = 1e-5
DETECTOR_BOUND = 1e-6

# The input sizes of the detector in the manifest.
SIDES = (256, 320, 640)


def extractor(original, converted):
    """Against the tflite interpreter; returns a line of text and whether it is within the bound."""
    reference = Interpreter(
        model_content=original, experimental_op_resolver_type=OpResolverType.BUILTIN_WITHOUT_DEFAULT_DELEGATES
    )
    reference.allocate_tensors()
    source, target = reference.get_input_details()[0]["index"], reference.get_output_details()[0]["index"]
    session = open_session(converted)
    expected, found = [], []
    for pixels in pictures(112):
        image = (pixels - np.float32(127.5)) * np.float32(1 / 128)
        # The published file has a fixed batch of two: one picture, twice.
        reference.set_tensor(source, np.stack([image.transpose(1, 2, 0)] * 2))
        reference.invoke()
        expected.append(reference.get_tensor(target)[:1].copy())
        found.append(session.run(None, {"input": image[None]})[0])
    cosines = [cosine(a.ravel(), b.ravel()) for a, b in zip(expected, found)]
    text, good = compare("embedding", expected, found, EXTRACTOR_BOUND)
    return f"{text}, 1 - cosine at most {max(1 - c for c in cosines):.1e}", good


def detector(original, coarse, fine):
    """Both parts together, against the published file, whose input may also have any size."""
    before, coarse, fine = (open_session(model) for model in (original, coarse, fine))
    features = [value.name for value in fine.get_inputs()]
    mean = np.array([104, 117, 123], np.float32).reshape(3, 1, 1)
    rows = ("loc", "conf", "landmarks")
    outputs = {name: ([], []) for name in rows}
    for side in SIDES:
        for pixels in pictures(side):
            image = {"input": (pixels - mean)[None]}
            found = dict(zip([*rows, *features], coarse.run([*rows, *features], image)))
            finest = fine.run(rows, {name: found[name] for name in features})
            for name, first in zip(rows, finest):
                outputs[name][0].append(before.run([name], image)[0])
                outputs[name][1].append(np.concatenate([first, found[name]], axis=1))
    results = [compare(name, *pair, DETECTOR_BOUND) for name, pair in outputs.items()]
    return "; ".join(text for text, _ in results), all(good for _, good in results)


def compare(name, expected, found, bound):
    absolute = max(float(np.abs(a - b).max()) for a, b in zip(expected, found))
    relative = max(float(np.abs(a - b).max() / np.abs(a).max()) for a, b in zip(expected, found))
    return f"{name}: difference at most {absolute:.1e}, relative {relative:.1e} (bound {bound:.0e})", relative <= bound


def cosine(a, b):
    a, b = a.astype(np.float64), b.astype(np.float64)
    return a @ b / np.sqrt((a @ a) * (b @ b))


def pictures(side):
    """Values 0..255, channels first: noise, and smooth shapes with the falling spectrum that photographs have."""
    random = np.random.default_rng(112)
    for _ in range(4):
        yield random.integers(0, 256, (3, side, side)).astype(np.float32)
    for _ in range(8):
        yield photo_like(random, side)
    yield np.zeros((3, side, side), np.float32)
    yield np.full((3, side, side), 255, np.float32)


def photo_like(random, side):
    y, x = np.fft.fftfreq(side)[:, None], np.fft.rfftfreq(side)[None]
    falling = 1 / np.maximum(np.hypot(y, x), 1 / side)
    waves = np.fft.irfft2(np.fft.rfft2(random.standard_normal((3, side, side))) * falling, s=(side, side))
    # The channels of a photograph are correlated.
    mixed = waves[:1] + 0.3 * waves
    low, high = np.quantile(mixed, [0.01, 0.99])
    return np.clip((mixed - low) / (high - low) * 255, 0, 255).round().astype(np.float32)


def open_session(model):
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    return onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
