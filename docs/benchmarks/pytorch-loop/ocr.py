"""The reward: how probable PP-OCR v4 finds a word in a picture, a character on average (CTC forward algorithm)."""

from pathlib import Path

import numpy as np
import onnxruntime
import torch.nn.functional as F
from torch import Tensor

HEIGHT = 48


class Likelihood:
    def __init__(self, model: Path, dictionary: Path, threads: int):
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        self.session = onnxruntime.InferenceSession(str(model), options, providers=["CPUExecutionProvider"])
        self.input = self.session.get_inputs()[0].name
        classes = dictionary.read_text(encoding="utf-8").split("\n")
        self.classes = {character: index + 1 for index, character in reversed(list(enumerate(classes)))}

    def __call__(self, images: Tensor, words: list[str]) -> np.ndarray:
        """Scores [B] of images [B, 3, H, W] in 0..1, one at a time: PP-OCR is fastest so, and reads best."""
        height, width = images.shape[2:]
        scaled = F.interpolate(images, size=(HEIGHT, round(HEIGHT * width / height)), mode="bilinear", align_corners=False)
        inputs = ((scaled.clamp(0, 1) - 0.5) / 0.5).flip(1).numpy()
        return np.array([self.score(inputs[i : i + 1], word) for i, word in enumerate(words)])

    def score(self, image: np.ndarray, word: str) -> float:
        probabilities = self.session.run(None, {self.input: image})[0][0]
        blank = probabilities[:, 0].astype(np.float64)
        letters = np.stack(
            [probabilities[:, [self.classes[c] for c in {letter.lower(), letter.upper()}]].sum(axis=1, dtype=np.float64) for letter in word], axis=1
        )
        states = 2 * len(word) + 1
        emission = np.empty((len(blank), states))
        emission[:, 0::2] = blank[:, None]
        emission[:, 1::2] = letters
        skip = np.zeros(states)
        skip[3::2] = [a != b for a, b in zip(word[1:], word)]
        forward = np.zeros(states)
        forward[:2] = emission[0, :2]
        for step in emission[1:]:
            total = forward.copy()
            total[1:] += forward[:-1]
            total[2:] += skip[2:] * forward[:-2]
            forward = total * step
        return min(1.0, forward[-1] + forward[-2]) ** (1 / len(word))


def to_images(latents: Tensor) -> Tensor:
    """The quick start's latents are the pictures themselves, in -1..1."""
    return ((latents + 1) / 2).clamp(0, 1)
