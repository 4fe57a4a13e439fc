"""Pipelines of the real classes with small random weights: what stands in for models that nobody can fetch here."""

from __future__ import annotations

import json
from pathlib import Path

import diffusers
import torch
from tokenizers import Tokenizer, models, pre_tokenizers
from transformers import (
    CLIPTextConfig,
    CLIPTextModel,
    CLIPTextModelWithProjection,
    CLIPTokenizer,
    Qwen2_5_VLConfig,
    Qwen2_5_VLForConditionalGeneration,
    Qwen2Tokenizer,
    T5Config,
    T5EncoderModel,
    T5TokenizerFast,
)

LORA_TARGETS = ["to_q", "to_k", "to_v", "to_out.0"]


def clip_tokenizer(folder):
    """Letters and signs, one token each."""
    folder.mkdir(parents=True, exist_ok=True)
    letters = [chr(code) for code in range(33, 127)]
    tokens = [*letters, *(letter + "</w>" for letter in letters), "<|startoftext|>", "<|endoftext|>"]
    (folder / "vocab.json").write_text(json.dumps({token: number for number, token in enumerate(tokens)}))
    (folder / "merges.txt").write_text("#version: 0.2\n")
    return CLIPTokenizer(str(folder / "vocab.json"), str(folder / "merges.txt"), model_max_length=77), len(tokens)


def clip(kind, vocabulary, width=32):
    return kind(
        CLIPTextConfig(
            vocab_size=vocabulary,
            hidden_size=width,
            intermediate_size=37,
            num_hidden_layers=2,
            num_attention_heads=4,
            projection_dim=width,
            max_position_embeddings=77,
            bos_token_id=vocabulary - 2,
            eos_token_id=vocabulary - 1,
            pad_token_id=vocabulary - 1,
        )
    ).eval()


def t5_tokenizer():
    pieces = [("<pad>", 0.0), ("</s>", 0.0), ("<unk>", 0.0), ("▁", -2.0), *((chr(code), -3.0) for code in range(33, 127))]
    tokenizer = Tokenizer(models.Unigram(pieces, unk_id=2))
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
    return T5TokenizerFast(tokenizer_object=tokenizer, extra_ids=0, model_max_length=512), len(pieces)


def t5(pieces, width):
    return T5EncoderModel(T5Config(vocab_size=pieces, d_model=width, d_kv=8, d_ff=37, num_layers=2, num_heads=4)).eval()


def qwen_tokenizer():
    """Letters, and the words around a prompt, one token each: the pipeline counts on 34 tokens before it."""
    words = "system user assistant Describe Ġthe Ġimage Ġby Ġdetailing Ġcolor Ġshape Ġsize Ġtexture Ġquantity Ġtext Ġspatial Ġrelationships Ġof Ġobjects Ġand Ġbackground".split()
    pairs = {(word[:end], word[end]): None for word in words for end in range(1, len(word))}
    special = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"]
    tokens = [*special, *sorted(pre_tokenizers.ByteLevel.alphabet()), *(first + second for first, second in pairs)]
    vocabulary = {token: number for number, token in enumerate(dict.fromkeys(tokens))}
    return Qwen2Tokenizer(vocab=vocabulary, merges=list(pairs), additional_special_tokens=special[1:]), len(vocabulary)


def qwen_encoder(vocabulary, width):
    text = dict(
        vocab_size=vocabulary,
        hidden_size=width,
        intermediate_size=37,
        num_hidden_layers=2,
        num_attention_heads=2,
        num_key_value_heads=2,
        bos_token_id=0,
        eos_token_id=0,
        rope_parameters={"rope_type": "default", "rope_theta": 1e6, "mrope_section": [1, 1, 2]},
    )
    vision = dict(depth=1, hidden_size=width, intermediate_size=37, num_heads=2, out_hidden_size=width)
    return Qwen2_5_VLForConditionalGeneration(Qwen2_5_VLConfig(text_config=text, vision_config=vision)).eval()


def vae(channels, **options):
    return diffusers.AutoencoderKL(
        sample_size=32,
        in_channels=3,
        out_channels=3,
        block_out_channels=(4, 8),
        down_block_types=("DownEncoderBlock2D", "DownEncoderBlock2D"),
        up_block_types=("UpDecoderBlock2D", "UpDecoderBlock2D"),
        layers_per_block=1,
        latent_channels=channels,
        norm_num_groups=2,
        **options,
    )


def flow_vae(scale, shift):
    return vae(4, use_quant_conv=False, use_post_quant_conv=False, scaling_factor=scale, shift_factor=shift)


def ddim():
    return diffusers.DDIMScheduler(
        beta_start=0.00085, beta_end=0.012, beta_schedule="scaled_linear", clip_sample=False, set_alpha_to_one=False, steps_offset=1
    )


def sd3(folder):
    torch.manual_seed(3)
    first, vocabulary = clip_tokenizer(folder / "scratch")
    third, pieces = t5_tokenizer()
    encoder = t5(pieces, 64)
    transformer = diffusers.SD3Transformer2DModel(
        sample_size=16,
        patch_size=2,
        in_channels=4,
        num_layers=2,
        attention_head_dim=8,
        num_attention_heads=4,
        joint_attention_dim=64,
        caption_projection_dim=32,
        pooled_projection_dim=64,
        out_channels=4,
        pos_embed_max_size=32,
        qk_norm="rms_norm",
        dual_attention_layers=(0,),
    )
    return diffusers.StableDiffusion3Pipeline(
        transformer=transformer,
        scheduler=diffusers.FlowMatchEulerDiscreteScheduler(shift=3.0),
        vae=flow_vae(1.5305, 0.0609),
        text_encoder=clip(CLIPTextModelWithProjection, vocabulary),
        tokenizer=first,
        text_encoder_2=clip(CLIPTextModelWithProjection, vocabulary),
        tokenizer_2=first,
        text_encoder_3=encoder,
        tokenizer_3=third,
    )


def unet(**options):
    return diffusers.UNet2DConditionModel(
        block_out_channels=(32, 64),
        layers_per_block=1,
        sample_size=16,
        in_channels=4,
        out_channels=4,
        down_block_types=("DownBlock2D", "CrossAttnDownBlock2D"),
        up_block_types=("CrossAttnUpBlock2D", "UpBlock2D"),
        norm_num_groups=8,
        **options,
    )


def sd15(folder):
    torch.manual_seed(15)
    tokenizer, vocabulary = clip_tokenizer(folder / "scratch")
    return diffusers.StableDiffusionPipeline(
        unet=unet(cross_attention_dim=32),
        scheduler=ddim(),
        vae=vae(4, scaling_factor=0.18215),
        text_encoder=clip(CLIPTextModel, vocabulary),
        tokenizer=tokenizer,
        safety_checker=None,
        feature_extractor=None,
        requires_safety_checker=False,
    )


def sdxl(folder):
    torch.manual_seed(10)
    tokenizer, vocabulary = clip_tokenizer(folder / "scratch")
    network = unet(
        cross_attention_dim=64,
        transformer_layers_per_block=(1, 2),
        addition_embed_type="text_time",
        addition_time_embed_dim=8,
        projection_class_embeddings_input_dim=6 * 8 + 32,
        use_linear_projection=True,
    )
    return diffusers.StableDiffusionXLPipeline(
        unet=network,
        scheduler=ddim(),
        vae=vae(4, scaling_factor=0.13025),
        text_encoder=clip(CLIPTextModel, vocabulary),
        tokenizer=tokenizer,
        text_encoder_2=clip(CLIPTextModelWithProjection, vocabulary),
        tokenizer_2=tokenizer,
    )


def flux(folder):
    torch.manual_seed(1)
    first, vocabulary = clip_tokenizer(folder / "scratch")
    second, pieces = t5_tokenizer()
    transformer = diffusers.FluxTransformer2DModel(
        patch_size=1,
        in_channels=16,
        num_layers=1,
        num_single_layers=1,
        attention_head_dim=16,
        num_attention_heads=2,
        joint_attention_dim=32,
        pooled_projection_dim=32,
        axes_dims_rope=[4, 4, 8],
        guidance_embeds=True,
    )
    return diffusers.FluxPipeline(
        transformer=transformer,
        scheduler=diffusers.FlowMatchEulerDiscreteScheduler(shift=3.0, use_dynamic_shifting=True, base_image_seq_len=256, max_image_seq_len=4096, base_shift=0.5, max_shift=1.15),
        vae=flow_vae(0.3611, 0.1159),
        text_encoder=clip(CLIPTextModel, vocabulary),
        tokenizer=first,
        text_encoder_2=t5(pieces, 32),
        tokenizer_2=second,
    )


def qwen(_folder):
    torch.manual_seed(2)
    tokenizer, vocabulary = qwen_tokenizer()
    transformer = diffusers.QwenImageTransformer2DModel(
        patch_size=2,
        in_channels=16,
        out_channels=4,
        num_layers=2,
        attention_head_dim=16,
        num_attention_heads=3,
        joint_attention_dim=16,
        guidance_embeds=False,
        axes_dims_rope=(8, 4, 4),
    )
    decoder = diffusers.AutoencoderKLQwenImage(
        base_dim=24, z_dim=4, dim_mult=[1, 2], num_res_blocks=1, temperal_downsample=[False], latents_mean=[0.1, -0.2, 0.0, 0.3], latents_std=[1.1, 0.9, 1.0, 1.3]
    )
    return diffusers.QwenImagePipeline(
        transformer=transformer,
        scheduler=diffusers.FlowMatchEulerDiscreteScheduler(shift=1.0, use_dynamic_shifting=True, base_image_seq_len=256, max_image_seq_len=8192, base_shift=0.5, max_shift=0.9),
        vae=decoder,
        text_encoder=qwen_encoder(vocabulary, 16),
        tokenizer=tokenizer,
    )


def wide(_folder):
    """An SD3 whose activations are worth measuring: 1,024 image tokens, six blocks; its prompts come encoded."""
    torch.manual_seed(6)
    transformer = diffusers.SD3Transformer2DModel(
        sample_size=64,
        patch_size=2,
        in_channels=4,
        num_layers=6,
        attention_head_dim=32,
        num_attention_heads=4,
        joint_attention_dim=64,
        caption_projection_dim=128,
        pooled_projection_dim=64,
        out_channels=4,
        pos_embed_max_size=64,
        qk_norm="rms_norm",
    )
    nothing = ("text_encoder", "tokenizer", "text_encoder_2", "tokenizer_2", "text_encoder_3", "tokenizer_3")
    return diffusers.StableDiffusion3Pipeline(
        transformer=transformer,
        scheduler=diffusers.FlowMatchEulerDiscreteScheduler(shift=3.0),
        vae=flow_vae(1.5305, 0.0609),
        **dict.fromkeys(nothing),
    )


PIPELINES = {"sd3": sd3, "wide": wide, "sd15": sd15, "sdxl": sdxl, "flux": flux, "qwen": qwen}


def save(name, folder):
    """Saves a pipeline as a directory; returns it."""
    folder = Path(folder)
    pipeline = PIPELINES[name](folder.parent / f"{name}-parts")
    pipeline.save_pretrained(folder)
    return folder
