"""Proof that the converted network computes what dlib computes, on chips that dlib makes from the golden photos."""

import pathlib

import dlib
import numpy as np
import onnxruntime

import dlib_resnet
import fetch

# For each of the 128 numbers; the distance between two photos of one person is up to 0.6.
BOUND = 1e-4
PHOTOS = pathlib.Path(__file__).parents[2] / "tests/golden/images"
NAMES = "astronaut.jpg astronaut-blurred.jpg astronaut-gray.jpg astronaut-q10.jpg hopper.jpg hopper-128.png".split()


def resnet(folder, converted):
    """Returns a line of text and whether the difference is within the bound."""
    reference = dlib.face_recognition_model_v1(str(folder / fetch.RESNET))
    session = onnxruntime.InferenceSession(converted, providers=["CPUExecutionProvider"])
    difference, count = 0.0, 0
    for chip in chips(folder):
        for picture in (chip, np.ascontiguousarray(chip[:, ::-1])):
            expected = np.array(reference.compute_face_descriptor(picture))
            image = (picture - np.array(dlib_resnet.MEAN, np.float32)) * np.float32(1 / 256)
            found = session.run(None, {"input": image.astype(np.float32).transpose(2, 0, 1)[None]})[0][0]
            difference = max(difference, float(np.abs(expected - found).max()))
            count += 1
    return f"embedding of {count} chips: difference at most {difference:.1e} (bound {BOUND:.0e})", difference <= BOUND


def chips(folder):
    find_faces = dlib.get_frontal_face_detector()
    find_landmarks = dlib.shape_predictor(str(folder / fetch.LANDMARKS))
    for name in NAMES:
        photo = dlib.load_rgb_image(str(PHOTOS / name))
        faces = find_faces(photo, 1)
        assert faces, f"dlib finds no face on {name}"
        for face in faces:
            yield dlib.get_face_chip(photo, find_landmarks(photo, face), dlib_resnet.SIDE, 0.25)
