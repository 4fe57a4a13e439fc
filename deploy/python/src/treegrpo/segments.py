"""A denoiser cut between its blocks, for a backward pass that computes a block's activations again instead of keeping those of all.

Segment i is the network's own forward pass in which each block of an earlier segment stands for what it returned, and which ends where segment i's blocks do.
What lies between blocks is done in every segment that needs it. A segment takes what the one before returned: the inputs and results that it or a later one uses.
"""

from __future__ import annotations

import contextlib
from dataclasses import dataclass

import torch
from torch.utils import _pytree

LAYERED = {"DownBlock2D", "CrossAttnDownBlock2D", "UNetMidBlock2DCrossAttn", "UpBlock2D", "CrossAttnUpBlock2D"}


def blocks(network):
    """The modules of each segment in the order in which they run; none for a network that is not cut."""
    if type(network).__name__ != "UNet2DConditionModel":
        parts = (getattr(network, part, ()) for part in ("transformer_blocks", "single_transformer_blocks"))
        return [[block] for part in parts for block in part]
    stages = [*network.down_blocks, network.mid_block, *network.up_blocks]
    if any(type(stage).__name__ not in LAYERED for stage in stages):
        return []
    return [[network.conv_in], *(group for stage in stages for group in layers(stage))]


def layers(stage):
    """The layers of a stage of a UNet: a convolution and the attention after it; in the middle, the one before it."""
    resnets, attentions = list(stage.resnets), list(getattr(stage, "attentions", ()))
    if type(stage).__name__ == "UNetMidBlock2DCrossAttn":
        return [[resnets[0]], *([attention, resnet] for attention, resnet in zip(attentions, resnets[1:]))]
    groups = [[resnet, *attentions[i : i + 1]] for i, resnet in enumerate(resnets)]
    samplers = [*(getattr(stage, "downsamplers", None) or ()), *(getattr(stage, "upsamplers", None) or ())]
    return [*groups, *([sampler] for sampler in samplers)]


class Ended(Exception):
    """A segment has run."""


@contextlib.contextmanager
def called(handlers):
    """Lets calls of modules go to handlers of (call, arguments, keywords) instead, past tracing and hooks."""
    kept = {module: type(module) for module in handlers}
    try:
        for module, handler in handlers.items():
            cls = type(module)

            def call(self, *arguments, handler=handler, cls=cls, **keywords):
                return handler(lambda: cls.__call__(self, *arguments, **keywords))

            module.__class__ = type(cls.__name__, (cls,), {"__call__": call})
        yield
    finally:
        for module, cls in kept.items():
            module.__class__ = cls


@dataclass
class Results:
    """What the blocks of a pass returned, by block; those that end a segment also leaf by leaf."""

    groups: list
    values: dict
    leaves: list
    specs: list


def recorded(denoiser, groups, inputs):
    """A pass of the whole network, block by block."""
    values = {}

    def keeping(module):
        def handler(call):
            values[module] = call()
            return values[module]

        return handler

    with torch.no_grad(), called({module: keeping(module) for group in groups for module in group}):
        denoiser(*inputs)
    flat = [_pytree.tree_flatten(values[group[-1]]) for group in groups]
    return Results(groups, values, [leaves for leaves, _ in flat], [spec for _, spec in flat])


def keys_of(results, count, end):
    """What a segment could take: the inputs of the network, and what blocks before `end` returned."""
    tensors = [(group, leaf) for group in range(end) for leaf, value in enumerate(results.leaves[group]) if isinstance(value, torch.Tensor)]
    return [(-1, number) for number in range(count)] + tensors


def value_of(results, inputs, key):
    group, number = key
    return inputs[number] if group < 0 else results.leaves[group][number]


def segment(results, inputs, index, takes, gives):
    """Segment `index` as a method: tensors by the keys in `takes` to those in `gives`, or to the prediction for the last."""
    groups = results.groups
    last = index == len(groups) - 1

    def method(self, *tensors):
        given = dict(zip(takes, tensors))
        mine = [given.get((-1, number), value) for number, value in enumerate(inputs)]
        returned = {}

        def standing_in(value):
            return lambda call: value

        def ending(call):
            returned["value"] = call()
            raise Ended

        handlers = {}
        for number, group in enumerate(groups[:index]):
            for module in group[:-1]:
                handlers[module] = standing_in(results.values[module])
            leaves = [given.get((number, leaf), value) for leaf, value in enumerate(results.leaves[number])]
            handlers[group[-1]] = standing_in(_pytree.tree_unflatten(leaves, results.specs[number]))
        if not last:
            handlers[groups[index][-1]] = ending
        with called(handlers):
            try:
                prediction = self.forward(*mine)
            except Ended:
                leaves = _pytree.tree_flatten(returned["value"])[0]
                given |= {(index, leaf): value for leaf, value in enumerate(leaves)}
                return tuple(given[key] for key in gives)
        return prediction

    return method


def traced(denoiser, methods, arguments, trace):
    """Traces methods that the denoiser does not have; they are its own while it is traced."""
    cls = type(denoiser)
    denoiser.__class__ = type(cls.__name__, (cls,), methods)
    try:
        return trace(denoiser, arguments)
    finally:
        denoiser.__class__ = cls


def split(denoiser, inputs, trace):
    """Methods `segment_0`, `segment_1`, .. of a denoiser and example arguments of each.

    trace: traces methods of a module, given as arguments by name, in the way in which they will be traced
    """
    groups = blocks(denoiser.network)
    if len(groups) < 2:
        return {}, {}
    results = recorded(denoiser, groups, inputs)
    every = [keys_of(results, len(inputs), index) for index in range(len(groups))]
    names = [f"segment_{index}" for index in range(len(groups))]
    ends = [keys_of(results, 0, index + 1)[len(keys_of(results, 0, index)) :] for index in range(len(groups))]

    def methods_for(takes, gives):
        methods = {name: segment(results, inputs, index, takes[index], gives[index]) for index, name in enumerate(names)}
        arguments = {name: tuple(value_of(results, inputs, key) for key in takes[index]) for index, name in enumerate(names)}
        return methods, arguments

    methods, arguments = methods_for(every, ends)
    script = traced(denoiser, methods, arguments, trace)
    takes = [[] for _ in groups]
    later = set()
    for index in reversed(range(len(groups))):
        later = (later - set(ends[index])) | used(script, names[index], every[index])
        takes[index] = [key for key in every[index] if key in later]
    # the first takes what the network takes
    takes[0] = every[0]
    return methods_for(takes, [*takes[1:], []])


def used(script, name, keys):
    """Which of a traced method's arguments its result depends on."""
    graph = script._c._get_method(name).graph
    torch._C._jit_pass_inline(graph)
    torch._C._jit_pass_dce(graph)
    arguments = list(graph.inputs())[1:]
    return {key for key, argument in zip(keys, arguments) if argument.uses()}


def forward(script, count, inputs):
    """The states between the segments of a traced network, the inputs first and the prediction last."""
    states = [list(inputs)]
    for index in range(count):
        result = getattr(script, f"segment_{index}")(*states[-1])
        states.append(list(result) if isinstance(result, tuple) else [result])
    return states


def backward(script, count, inputs, cotangent):
    """As the engine does it: a pass that keeps the states only, then each segment again, the last first, forward and backward."""
    with torch.no_grad():
        states = forward(script, count, inputs)
    prediction = states.pop()[0]
    gradients = [cotangent(prediction)]
    for index in reversed(range(count)):
        state = [tensor.detach().requires_grad_(index > 0 and tensor.is_floating_point()) for tensor in states.pop()]
        result = getattr(script, f"segment_{index}")(*state)
        pairs = zip(result if isinstance(result, tuple) else (result,), gradients)
        total = [(tensor * gradient).sum() for tensor, gradient in pairs if gradient is not None and tensor.requires_grad]
        if not total:
            return
        sum(total[1:], start=total[0]).backward()
        gradients = [tensor.grad for tensor in state]
