"""Memory of networks of real size, by arithmetic: nothing is computed, tensors have shapes only.

Usage: footprint.py [NAME ..]. Prints a row a network and picture size: parameters, frozen weights in bfloat16, and what a training pass of one row keeps.
"""

from __future__ import annotations

import contextlib
import sys
from pathlib import Path

import diffusers
import torch
from torch._subclasses.fake_tensor import FakeTensorMode

sys.path.insert(0, str(Path(__file__).parent.parent / "src"))

from treegrpo import segments  # noqa: E402

GIB = 1 << 30
TARGETS = ["to_q", "to_k", "to_v", "to_out.0"]


def sd35_medium():
    return diffusers.SD3Transformer2DModel(
        sample_size=128, num_layers=24, num_attention_heads=24, joint_attention_dim=4096, caption_projection_dim=1536, pooled_projection_dim=2048,
        pos_embed_max_size=384, dual_attention_layers=tuple(range(13)), qk_norm="rms_norm",
    )


def sd35_large():
    return diffusers.SD3Transformer2DModel(
        sample_size=128, num_layers=38, num_attention_heads=38, joint_attention_dim=4096, caption_projection_dim=2432, pooled_projection_dim=2048,
        pos_embed_max_size=192, qk_norm="rms_norm",
    )


def sd15():
    return diffusers.UNet2DConditionModel(sample_size=64, cross_attention_dim=768)


def sdxl():
    return diffusers.UNet2DConditionModel(
        sample_size=128, cross_attention_dim=2048, block_out_channels=(320, 640, 1280), attention_head_dim=(5, 10, 20), transformer_layers_per_block=(1, 2, 10),
        down_block_types=("DownBlock2D", "CrossAttnDownBlock2D", "CrossAttnDownBlock2D"), up_block_types=("CrossAttnUpBlock2D", "CrossAttnUpBlock2D", "UpBlock2D"),
        addition_embed_type="text_time", addition_time_embed_dim=256, projection_class_embeddings_input_dim=2816, use_linear_projection=True,
    )


def flux():
    return diffusers.FluxTransformer2DModel(guidance_embeds=True)


def qwen():
    return diffusers.QwenImageTransformer2DModel()


NETWORKS = {"sd15": sd15, "sdxl": sdxl, "sd35-medium": sd35_medium, "sd35-large": sd35_large, "flux": flux, "qwen": qwen}


def run(name, network, pixels):
    """A forward pass of one row for a square picture."""
    side = pixels // 8
    like = {"dtype": torch.bfloat16}
    if name.startswith("sd35"):
        inputs = {"hidden_states": torch.zeros(1, 16, side, side, **like), "encoder_hidden_states": torch.zeros(1, 333, 4096, **like), "pooled_projections": torch.zeros(1, 2048, **like)}
        return network(timestep=torch.zeros(1), return_dict=False, **inputs)
    if name in ("sd15", "sdxl"):
        width = network.config.cross_attention_dim
        added = {"text_embeds": torch.zeros(1, 1280, **like), "time_ids": torch.zeros(1, 6, **like)}
        return network(torch.zeros(1, 4, side, side, **like), torch.zeros(1), torch.zeros(1, 77, width, **like), added_cond_kwargs=added if name == "sdxl" else None, return_dict=False)
    tokens = (side // 2) ** 2
    if name == "flux":
        return network(
            hidden_states=torch.zeros(1, tokens, 64, **like), timestep=torch.zeros(1, **like), guidance=torch.zeros(1, **like), encoder_hidden_states=torch.zeros(1, 512, 4096, **like),
            pooled_projections=torch.zeros(1, 768, **like), txt_ids=torch.zeros(512, 3), img_ids=torch.zeros(tokens, 3), return_dict=False,
        )
    return network(
        hidden_states=torch.zeros(1, tokens, 64, **like), timestep=torch.zeros(1, **like), encoder_hidden_states=torch.zeros(1, 256, 3584, **like),
        encoder_hidden_states_mask=torch.ones(1, 256, dtype=torch.long), img_shapes=[[(1, side // 2, side // 2)]], return_dict=False,
    )


class Kept:
    """Bytes of the tensors that autograd keeps, each storage once, parameters left out: in all, and of the segment that keeps most."""

    def __init__(self, network):
        self.parameters = {parameter.untyped_storage()._cdata for parameter in network.parameters()}
        self.all, self.segment = {}, {}
        self.largest = 0
        self.tensors = []  # alive, so that no storage has the address of another

    def pack(self, tensor):
        storage = tensor.untyped_storage()
        if storage._cdata not in self.parameters:
            self.all[storage._cdata] = self.segment[storage._cdata] = storage.nbytes()
        self.tensors.append(tensor)
        return tensor

    def end_segment(self):
        self.largest = max(self.largest, sum(self.segment.values()))
        self.segment = {}


def footprint(name, pixels):
    with FakeTensorMode(allow_non_fake_inputs=True):
        from peft import LoraConfig

        network = NETWORKS[name]().to(torch.bfloat16).requires_grad_(False)
        parameters = sum(parameter.numel() for parameter in network.parameters())
        network.add_adapter(LoraConfig(r=32, target_modules=TARGETS))
        kept = Kept(network)
        states = []
        groups = segments.blocks(network)

        def ending(_module, _arguments, output):
            tensors = [one for one in torch.utils._pytree.tree_leaves(output) if isinstance(one, torch.Tensor)]
            states.append(sum(one.untyped_storage().nbytes() for one in tensors))
            kept.end_segment()

        with contextlib.ExitStack() as stack:
            for group in groups:
                handle = group[-1].register_forward_hook(ending)
                stack.callback(handle.remove)
            with torch.autograd.graph.saved_tensors_hooks(kept.pack, lambda tensor: tensor):
                run(name, network, pixels)
        kept.end_segment()
        adapters = sum(parameter.numel() for parameter in network.parameters() if parameter.requires_grad)
        return parameters, adapters, sum(kept.all.values()), kept.largest + sum(states)


def main(names):
    print("| network | picture | parameters | frozen, bfloat16 | adapters, rank 32 | activations a row | with checkpointing |")
    print("|---|---|---|---|---|---|---|")
    for name in names or NETWORKS:
        for pixels in (512, 1024):
            parameters, adapters, whole, blocks = footprint(name, pixels)
            print(
                f"| {name} | {pixels} | {parameters / 1e9:.2f} B | {2 * parameters / GIB:.1f} GiB | {adapters / 1e6:.1f} M | {whole / GIB:.1f} GiB | {blocks / GIB:.2f} GiB |",
                flush=True,
            )


if __name__ == "__main__":
    main(sys.argv[1:])
