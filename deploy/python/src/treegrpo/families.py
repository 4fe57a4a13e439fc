"""Denoisers of diffusers as networks that a policy directory holds.

Each maps a latent [B, C, H, W], a timestep [B] in 0..1000 and its conditionings to a prediction [B, C, H, W], all float32.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

import torch

from treegrpo.errors import UserError


@dataclass(frozen=True)
class Conditioning:
    """A conditioning input; the shape is that of one sample."""

    name: str
    shape: tuple[int, ...]


class Denoiser(torch.nn.Module):
    """What is traced. A family fills in `component`, the attribute that holds the network, and `predict`."""

    component = "transformer"

    def __init__(self, network, dtype):
        super().__init__()
        setattr(self, self.component, network)
        self.dtype = dtype

    @property
    def network(self):
        return getattr(self, self.component)

    def forward(self, latent, timestep, *conditioning):
        cast = [latent.to(self.dtype), timestep, *(tensor.to(self.dtype) for tensor in conditioning)]
        return self.predict(*cast).to(torch.float32)


class StableDiffusion3(Denoiser):
    """SD3 and SD3.5: rectified flow, joint attention over text and image."""

    def predict(self, latent, timestep, prompt_embeds, pooled_prompt_embeds):
        return self.transformer(
            hidden_states=latent,
            timestep=timestep,
            encoder_hidden_states=prompt_embeds,
            pooled_projections=pooled_prompt_embeds,
            return_dict=False,
        )[0]


class StableDiffusion(Denoiser):
    """SD 1.5 and 2.x: a UNet."""

    component = "unet"

    def predict(self, latent, timestep, prompt_embeds):
        return self.unet(latent, timestep, encoder_hidden_states=prompt_embeds, return_dict=False)[0]


class StableDiffusionXL(Denoiser):
    """SDXL: a UNet that is also told the picture's size, here always its own."""

    component = "unet"

    def __init__(self, network, dtype, height, width):
        super().__init__(network, dtype)
        self.register_buffer("time_ids", torch.tensor([[height, width, 0, 0, height, width]], dtype=torch.float32))

    def predict(self, latent, timestep, prompt_embeds, pooled_prompt_embeds):
        added = {
            "text_embeds": pooled_prompt_embeds,
            "time_ids": self.time_ids.to(self.dtype).expand(latent.shape[0], -1),
        }
        return self.unet(
            latent, timestep, encoder_hidden_states=prompt_embeds, added_cond_kwargs=added, return_dict=False
        )[0]


def pack(latent):
    """[B, C, H, W] as tokens of 2 x 2 pixels, [B, H W / 4, 4 C]."""
    batch, channels, height, width = latent.shape
    tokens = latent.reshape(batch, channels, height // 2, 2, width // 2, 2).permute(0, 2, 4, 1, 3, 5)
    return tokens.reshape(batch, (height // 2) * (width // 2), channels * 4)


def unpack(tokens, like):
    """The inverse of `pack`."""
    batch, channels, height, width = like.shape
    latent = tokens.reshape(batch, height // 2, width // 2, channels, 2, 2).permute(0, 3, 1, 4, 2, 5)
    return latent.reshape(batch, channels, height, width)


class Flux(Denoiser):
    """FLUX: tokens with rotary positions; the guidance of the distilled model is a constant input."""

    def __init__(self, network, dtype, height, width, text_tokens, guidance):
        super().__init__(network, dtype)
        self.guided = bool(network.config.guidance_embeds)
        positions = torch.zeros(height // 2, width // 2, 3)
        positions[..., 1] = torch.arange(height // 2)[:, None]
        positions[..., 2] = torch.arange(width // 2)[None, :]
        self.register_buffer("image_ids", positions.reshape(-1, 3))
        self.register_buffer("text_ids", torch.zeros(text_tokens, 3))
        self.register_buffer("guidance", torch.tensor([float(guidance)]))

    def predict(self, latent, timestep, prompt_embeds, pooled_prompt_embeds):
        guidance = self.guidance.to(self.dtype).expand(latent.shape[0]) if self.guided else None
        tokens = self.transformer(
            hidden_states=pack(latent),
            timestep=(timestep / 1000).to(self.dtype),
            guidance=guidance,
            encoder_hidden_states=prompt_embeds,
            pooled_projections=pooled_prompt_embeds,
            txt_ids=self.text_ids,
            img_ids=self.image_ids,
            return_dict=False,
        )[0]
        return unpack(tokens, latent)


class Positions(torch.nn.Module):
    """Rotary positions of one picture size and text length, in the place of the network's own, which are made anew in every pass and as complex numbers."""

    def __init__(self, embed, shape, text_tokens):
        super().__init__()
        image, text = embed([[shape]], max_txt_seq_len=text_tokens, device=torch.device("cpu"))
        self.register_buffer("image", torch.view_as_real(image).clone())
        self.register_buffer("text", torch.view_as_real(text).clone())

    def forward(self, *_, **__):
        return torch.view_as_complex(self.image), torch.view_as_complex(self.text)


class QwenImage(Denoiser):
    """Qwen-Image: tokens; the mask says which of the text's are there."""

    def __init__(self, network, dtype, height, width, text_tokens):
        shape = (1, height // 2, width // 2)
        network.pos_embed = Positions(network.pos_embed, shape, text_tokens)
        super().__init__(network, dtype)
        self.shape = shape

    def predict(self, latent, timestep, prompt_embeds, prompt_embeds_mask):
        tokens = self.transformer(
            hidden_states=pack(latent),
            timestep=(timestep / 1000).to(self.dtype),
            encoder_hidden_states=prompt_embeds,
            encoder_hidden_states_mask=prompt_embeds_mask.to(torch.long),
            img_shapes=[[self.shape]] * latent.shape[0],
            return_dict=False,
        )[0]
        return unpack(tokens, latent)


@dataclass(frozen=True)
class Family:
    """A denoiser with its conditionings.

    prediction: as policy.json says it; sampler: keys of treegrpo.sampler that the pipeline's scheduler comes to.
    """

    denoiser: Denoiser
    conditioning: tuple[Conditioning, ...]
    latent_shape: tuple[int, int, int]
    prediction: str
    scheduler: dict | None
    sampler: dict
    warnings: tuple[str, ...]


KINDS = {
    "StableDiffusion3Pipeline": "SD3Transformer2DModel",
    "StableDiffusionPipeline": "UNet2DConditionModel",
    "StableDiffusionXLPipeline": "UNet2DConditionModel",
    "FluxPipeline": "FluxTransformer2DModel",
    "QwenImagePipeline": "QwenImageTransformer2DModel",
}

PREDICTIONS = {"epsilon": "epsilon", "v_prediction": "v", "sample": "x0"}

# What a policy directory takes over from a diffusion's scheduler_config.json, with the value that diffusers takes where it has none.
SCHEDULE = {
    "num_train_timesteps": 1000,
    "beta_start": 0.0001,
    "beta_end": 0.02,
    "beta_schedule": "linear",
    "rescale_betas_zero_snr": False,
    "timestep_spacing": "leading",
    "steps_offset": 0,
    "prediction_type": "epsilon",
}

# Options of a flow's scheduler that the engine's schedules do not have.
UNLIKE = ("shift_terminal", "use_karras_sigmas", "use_exponential_sigmas", "use_beta_sigmas", "invert_sigmas", "stochastic_sampling")

DISTILLED = re.compile("turbo|schnell|lightning|lcm|hyper", re.IGNORECASE)


def family(kind, network, scheduler, vae_scale, dtype, height, width, text_tokens, guidance):
    """The family of a pipeline's denoiser.

    kind: the pipeline's class; scheduler: the content of scheduler_config.json; height, width: of the picture, in pixels; text_tokens: of a prompt's
    embedding; guidance: of a distilled FLUX
    """
    name = type(network).__name__
    if KINDS.get(kind) != name:
        raise UserError(f"a {kind} with a {name} cannot be exported; these pipelines can: {', '.join(KINDS)}")
    if height % (2 * vae_scale) or width % (2 * vae_scale) or min(height, width) < 1:
        raise UserError(f"--height and --width: {height} x {width} must be multiples of {2 * vae_scale}")
    rows, columns = height // vae_scale, width // vae_scale
    config = network.config
    packed = name in ("FluxTransformer2DModel", "QwenImageTransformer2DModel")
    channels = config.in_channels // 4 if packed else config.in_channels
    outputs = getattr(config, "out_channels", None) or config.in_channels
    expected = channels if name == "QwenImageTransformer2DModel" else config.in_channels
    if outputs != expected:
        raise UserError(f"a network of {config.in_channels} channels in and {outputs} out cannot be exported: it is given more than the noisy latent")
    latent_shape = (channels, rows, columns)
    warnings = [
        f"'{text}' looks like a step-distilled model: its few steps follow no ODE whose marginals the stochastic steps of a tree could share; train the "
        "undistilled model"
        for text in (getattr(config, "_name_or_path", ""),)
        if DISTILLED.search(str(text))
    ]
    if name == "UNet2DConditionModel":
        return unet_family(kind, network, scheduler, dtype, height, width, text_tokens, latent_shape, warnings)
    if name == "SD3Transformer2DModel":
        denoiser = StableDiffusion3(network, dtype)
    elif name == "FluxTransformer2DModel":
        denoiser = Flux(network, dtype, rows, columns, text_tokens, guidance)
    else:
        denoiser = QwenImage(network, dtype, rows, columns, text_tokens)
        warnings.append("the engine's guidance is u + w (c - u); the pipeline of Qwen-Image scales its length back to that of c besides")
    second = (
        Conditioning("prompt_embeds_mask", (text_tokens,))
        if name == "QwenImageTransformer2DModel"
        else Conditioning("pooled_prompt_embeds", (config.pooled_projection_dim,))
    )
    sampler = flow_sampler(scheduler, rows * columns // 4, packed, warnings)
    embeds = Conditioning("prompt_embeds", (text_tokens, config.joint_attention_dim))
    return Family(denoiser, (embeds, second), latent_shape, "flow-velocity", None, sampler, tuple(warnings))


def unet_family(kind, network, scheduler, dtype, height, width, text_tokens, latent_shape, warnings):
    config = network.config
    kept = {key: usual if scheduler.get(key) is None else scheduler[key] for key, usual in SCHEDULE.items()}
    if kept["prediction_type"] not in PREDICTIONS:
        raise UserError(f"scheduler_config.json: prediction_type '{kept['prediction_type']}' must be one of {sorted(PREDICTIONS)}")
    if scheduler.get("trained_betas") is not None:
        raise UserError("scheduler_config.json: trained_betas cannot be exported; the engine makes its betas by beta_schedule")
    if kind == "StableDiffusionPipeline":
        kept["steps_offset"] = 1  # as the pipeline does
    for key, usual in (("set_alpha_to_one", False), ("thresholding", False), ("clip_sample", kind == "StableDiffusionPipeline")):
        if scheduler.get(key) and not usual:
            warnings.append(f"scheduler_config.json: {key} is true, the engine samples as if it were false")
    embeds = Conditioning("prompt_embeds", (text_tokens, config.cross_attention_dim))
    if config.addition_embed_type == "text_time":
        pooled = config.projection_class_embeddings_input_dim - 6 * config.addition_time_embed_dim
        denoiser = StableDiffusionXL(network, dtype, height, width)
        conditioning = (embeds, Conditioning("pooled_prompt_embeds", (pooled,)))
    elif config.addition_embed_type is None:
        denoiser = StableDiffusion(network, dtype)
        conditioning = (embeds,)
    else:
        raise UserError(f"a UNet with addition_embed_type '{config.addition_embed_type}' cannot be exported; SD 1.5, 2 and SDXL can")
    return Family(
        denoiser, conditioning, latent_shape, PREDICTIONS[kept["prediction_type"]], kept, {"transition": "ddim", "eta": 1}, tuple(warnings)
    )


def flow_sampler(scheduler, image_tokens, explicit, warnings):
    """treegrpo.sampler for a FlowMatchEulerDiscreteScheduler; a dynamic shift is the one of the picture's size.

    explicit: whether the pipeline gives the scheduler sigmas from 1 to 1 / steps, as those of FLUX and Qwen-Image do
    """
    if scheduler.get("_class_name", "FlowMatchEulerDiscreteScheduler") != "FlowMatchEulerDiscreteScheduler":
        warnings.append(f"the scheduler is a {scheduler['_class_name']}; the engine samples as FlowMatchEulerDiscreteScheduler does")
    warnings.extend(f"scheduler_config.json: {key} is set, which the engine's schedules do not have" for key in UNLIKE if scheduler.get(key))
    if not scheduler.get("use_dynamic_shifting"):
        return {"schedule": "linspace-shift" if explicit else "flow-match-euler", "shift": scheduler.get("shift", 1.0)}
    if not explicit:
        warnings.append("the scheduler shifts dynamically from 1 to 1 / 1000; the engine's schedule is spaced from 1 to 1 / steps")
    low, high = scheduler.get("base_image_seq_len", 256), scheduler.get("max_image_seq_len", 4096)
    base, most = scheduler.get("base_shift", 0.5), scheduler.get("max_shift", 1.15 if explicit else 1.16)
    mu = base + (most - base) / (high - low) * (image_tokens - low)
    return {"schedule": "linspace-shift", "shift": round(mu if scheduler.get("time_shift_type") == "linear" else math.exp(mu), 6)}
