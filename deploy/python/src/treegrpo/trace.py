"""Traces a network as an archive that runs anywhere, and checks that it is the network."""

from __future__ import annotations

import contextlib
import io
import re
import warnings

import torch

from treegrpo import segments
from treegrpo.errors import UserError

FLOAT32_TOLERANCE = 1e-4
BFLOAT16_TOLERANCE = 5e-2


def casting(module, dtype):
    """What a network runs in: with bfloat16 weights its casts, float32 where that is needed."""
    if dtype is not torch.bfloat16:
        return contextlib.nullcontext()
    # With the cache on they would be recorded once, outside of what uses them.
    return torch.autocast(next(module.parameters()).device.type, dtype, cache_enabled=False)


def traced(module, arguments, dtype):
    """The TorchScript module of methods of `module`; what it computes follows the device and the batch of its inputs.

    arguments: examples for each method, by its name
    """
    with casting(module, dtype), torch.no_grad(), warnings.catch_warnings():
        # of each shape that it takes as a constant; what that breaks shows in `checked`
        warnings.simplefilter("ignore", torch.jit.TracerWarning)
        script = torch.jit.trace_module(module, arguments, check_trace=False)
    for graph in graphs(script):
        follow_device(graph)
    return script


def network(denoiser, inputs, dtype):
    """The archive of a denoiser, cut into segments where that is known, and their number."""

    def trace(module, arguments):
        return traced(module, arguments, dtype)

    with casting(denoiser, dtype):
        methods, arguments = segments.split(denoiser, inputs, trace)
    return segments.traced(denoiser, methods, {"forward": tuple(inputs), **arguments}, trace), len(methods)


def graphs(script):
    """Of all methods of a module and of its parts."""
    return [part._c._get_method(name).graph for part in script.modules() for name in part._c._method_names()]


def follow_device(graph):
    """Tensors that were made on the tracing machine's device are made on that of a method's arguments."""
    tensors = [value for value in graph.inputs() if value.type().isSubtypeOf(torch._C.TensorType.get())]
    constants = [node for node in graph.findAllNodes("prim::Constant") if node.output().type().str() == "Device"]
    if not constants:
        return
    if not tensors:
        raise UserError(f"the trace makes a tensor on {constants[0]} and has no input whose device it could follow")
    device = graph.create("prim::device", [tensors[0]])
    device.output().setType(torch._C.DeviceObjType.get())
    graph.prependNode(device)
    for node in constants:
        node.output().replaceAllUsesWith(device.output())
        node.destroy()


def baked_devices(script):
    """Devices that a module's code still names."""
    return {name for graph in graphs(script) for name in re.findall(r'Device = prim::Constant\[value="([^"]+)"\]', str(graph))}


def relative(found, expected):
    """The greatest difference, as a share of the greatest value that is expected."""
    return float((found.detach() - expected.detach()).abs().max() / (expected.detach().abs().max() + 1e-12))


def checked(module, script, make_inputs, dtype, adapters, count=0):
    """Saves and loads the trace and compares it with the module: outputs for fresh inputs of two batch sizes, and the gradients.

    adapters: parameters whose gradients are compared; make_inputs: of a batch size; count: segments of the network.
    Returns the archive's bytes, what they were loaded as, and the differences.
    """
    buffer = io.BytesIO()
    torch.jit.save(script, buffer)
    archive = buffer.getvalue()
    loaded = torch.jit.load(io.BytesIO(archive))
    tolerance = BFLOAT16_TOLERANCE if dtype is torch.bfloat16 else FLOAT32_TOLERANCE
    differences = {}
    for rows in (1, 3):
        inputs = make_inputs(rows)
        with torch.no_grad():
            with casting(module, dtype):
                expected = module(*inputs)
            differences[f"output of {rows}"] = relative(loaded(*inputs), expected)
            if count:
                (prediction,) = segments.forward(loaded, count, inputs)[-1]
                differences[f"output of {rows} by segments"] = relative(prediction, expected)
    if adapters:
        differences |= gradient_differences(module, loaded, make_inputs(2), adapters, dtype, count)
    for what, difference in differences.items():
        if not difference <= tolerance:
            raise UserError(
                f"the trace is not the network: {what} differs by {difference:.1e} of its greatest value, more than {tolerance:.0e}; "
                "the network may branch on its inputs, which a trace does not record"
            )
    devices = baked_devices(loaded)
    if devices:
        raise UserError(f"the trace names devices of its own, {sorted(devices)}, and would run nowhere else")
    return archive, loaded, differences


def gradient_differences(module, loaded, inputs, names, dtype, count):
    """The adapters are moved away from 0 for it, in both, and put back."""
    mine = dict(module.named_parameters())
    other = dict(loaded.named_parameters())
    missing = [name for name in names if name not in other or not other[name].requires_grad]
    if missing:
        raise UserError(f"the trace does not hold {missing[0]} as a trainable parameter")
    kept = {name: mine[name].detach().clone() for name in names}
    generator = torch.Generator().manual_seed(11)
    try:
        with torch.no_grad():
            for name in names:
                noise = 0.05 * torch.randn(mine[name].shape, generator=generator)
                for parameters in (mine, other):
                    parameters[name].add_(noise.to(parameters[name]))
        with casting(module, dtype):
            (module(*inputs) ** 2).sum().backward()
        dead = [name for name in names if mine[name].grad is None or not mine[name].grad.abs().max() > 0]
        if dead:
            raise UserError(f"no gradient reaches {dead[0]}: nothing that runs depends on it; leave it out (--lora-targets)")
        # Some gradients are rounding noise, such as those of biases that softmax ignores.
        largest = max(float(mine[name].grad.abs().max()) for name in names)

        def difference():
            return max(float((other[name].grad - mine[name].grad).abs().max()) for name in names) / largest

        (loaded(*inputs) ** 2).sum().backward()
        differences = {"gradient": difference()}
        if count:
            loaded.zero_grad()
            segments.backward(loaded, count, inputs, lambda prediction: 2 * prediction)
            differences["gradient by segments"] = difference()
        return differences
    finally:
        with torch.no_grad():
            for name in names:
                for parameters in (mine, other):
                    parameters[name].copy_(kept[name])
        module.zero_grad()
        loaded.zero_grad()
