"""visavis's two networks in ONNX Runtime's Python package, with everything between them as in `subject_opencv.py`: the same
networks without visavis."""

from __future__ import annotations

import numpy as np
import onnxruntime

import subject_opencv


class OnnxRuntime(subject_opencv.OpenCv):
    def __init__(self) -> None:
        super().__init__(Network)
        self.name = "ONNX Runtime in Python, the same networks"
        self.about = f"onnxruntime {onnxruntime.__version__}, all else as OpenCV; threshold: the similarity of score 27"


class Network:
    """A network with the interface of OpenCV's."""

    def __init__(self, path: str) -> None:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        self.inputs: dict[str, np.ndarray] = {}
        self.session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])

    def setInput(self, blob: np.ndarray, name: str) -> None:
        self.inputs[name] = blob

    def forward(self, names: list[str] | None = None) -> list[np.ndarray] | np.ndarray:
        outputs = self.session.run(names, self.inputs)
        return outputs if names else outputs[0]
