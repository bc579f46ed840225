"""visavis through its Python package, with one worker of one thread."""

from __future__ import annotations

import visavis


class Visavis:
    def __init__(self, engine: str) -> None:
        self.verifier = visavis.Verifier(engine=engine, workers=1)
        used = self.verifier.engine
        self.name = "visavis, embedded engine" if engine == "embedded" else "visavis, ONNX Runtime"
        self.about = f"visavis {visavis.__version__}, {used.name} {used.version}; threshold: {self.verifier.threshold:g}"

    def extract(self, photo: bytes) -> visavis.Template | None:
        try:
            return self.verifier.extract(photo).template
        except (visavis.ImageError, visavis.PhotoError):
            return None

    def compare(self, probe: visavis.Template, reference: visavis.Template) -> tuple[float, bool]:
        comparison = self.verifier.compare(probe, reference)
        return comparison.similarity, comparison.is_match
