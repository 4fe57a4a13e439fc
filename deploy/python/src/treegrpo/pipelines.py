"""A pipeline directory of diffusers, its parts loaded one at a time."""

from __future__ import annotations

import importlib
import json
from pathlib import Path
from types import SimpleNamespace

import torch

from treegrpo.errors import UserError

DTYPES = {"float32": torch.float32, "bfloat16": torch.bfloat16}
DENOISERS = ("transformer", "unet")
SKIPPED = (*DENOISERS, "vae", "safety_checker", "image_encoder", "feature_extractor")


class Pipeline:
    """The directory that `save_pretrained` writes, or that a hub's snapshot is."""

    def __init__(self, directory):
        self.directory = Path(directory)
        index = self.directory / "model_index.json"
        if not index.is_file():
            raise UserError(f"--pipeline: {directory} must be a pipeline in diffusers' form; it holds no model_index.json")
        self.index = json.loads(index.read_text())
        self.kind = self.index["_class_name"]

    def has(self, part):
        return bool((self.index.get(part) or [None])[0])

    @property
    def denoiser(self):
        """The name of the part that is trained."""
        for part in DENOISERS:
            if self.has(part):
                return part
        raise UserError(f"--pipeline: {self.directory} must hold a transformer or a unet; it is a {self.kind}")

    def load(self, part, **options):
        """A model of the pipeline, in eval mode."""
        library, name = self.index[part]
        cls = getattr(importlib.import_module(library), name)
        try:
            return cls.from_pretrained(self.directory / part, **options).eval()
        except (OSError, ValueError, RuntimeError) as error:
            raise UserError(f"--pipeline: {self.directory / part} cannot be loaded as {name}; {error}") from None

    def config(self, part):
        """The configuration that a part was saved with; empty where it has none."""
        for name in ("scheduler_config.json", "config.json"):
            file = self.directory / part / name
            if file.is_file():
                return json.loads(file.read_text())
        return {}

    def text_encoders(self, device, dtype):
        """The pipeline without its denoiser and decoder: what encodes prompts."""
        import diffusers

        cls = getattr(diffusers, self.kind)
        without = {
            part: None for part, value in self.index.items() if isinstance(value, list) and (part in SKIPPED or value[0] is None)
        }
        pipeline = cls.from_pretrained(self.directory, torch_dtype=dtype, **without).to(device)
        if self.kind == "StableDiffusion3Pipeline" and pipeline.text_encoder_3 is None:
            # what it then fills the third encoder's embedding up to
            width = self.config("transformer")["joint_attention_dim"]
            pipeline.transformer = SimpleNamespace(config=SimpleNamespace(joint_attention_dim=width))
        return pipeline
