"""Traces a network as an archive that runs anywhere, and checks that it is the network."""

from __future__ import annotations

import contextlib
import io
import re
import warnings

import torch

from treegrpo.errors import UserError

FLOAT32_TOLERANCE = 1e-4
BFLOAT16_TOLERANCE = 5e-2


def traced(module, inputs, dtype):
    """The TorchScript module of `module`; what it computes follows the device and the batch of its inputs."""
    context = contextlib.nullcontext()
    if dtype is torch.bfloat16:
        # The casts are recorded. With the cache on they would be recorded once, outside of what uses them.
        context = torch.autocast(inputs[0].device.type, dtype, cache_enabled=False)
    with context, torch.no_grad(), warnings.catch_warnings():
        # of each shape that it takes as a constant; what that breaks shows in `checked`
        warnings.simplefilter("ignore", torch.jit.TracerWarning)
        script = torch.jit.trace(module, tuple(inputs), check_trace=False)
    for part in script.modules():
        follow_device(part)
    return script


def follow_device(part):
    """Tensors that were made on the tracing machine's device are made on that of the part's inputs."""
    with contextlib.suppress(RuntimeError):  # a part without forward
        graph = part.graph
        tensors = [value for value in graph.inputs() if value.type().isSubtypeOf(torch._C.TensorType.get())]
        constants = [
            node for node in graph.findAllNodes("prim::Constant") if node.output().type().str() == "Device"
        ]
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
    found = set()
    for part in script.modules():
        with contextlib.suppress(RuntimeError):
            found.update(re.findall(r'Device = prim::Constant\[value="([^"]+)"\]', str(part.graph)))
    return found


def relative(found, expected):
    """The greatest difference, as a share of the greatest value that is expected."""
    return float((found.detach() - expected.detach()).abs().max() / (expected.detach().abs().max() + 1e-12))


def checked(module, script, make_inputs, dtype, adapters):
    """Saves and loads the trace and compares it with the module: outputs for fresh inputs of two batch sizes, and the gradients.

    adapters: parameters whose gradients are compared; make_inputs: of a batch size. Returns the archive's bytes and the differences.
    """
    buffer = io.BytesIO()
    torch.jit.save(script, buffer)
    archive = buffer.getvalue()
    loaded = torch.jit.load(io.BytesIO(archive))
    tolerance = BFLOAT16_TOLERANCE if dtype is torch.bfloat16 else FLOAT32_TOLERANCE
    differences = {}
    context = contextlib.nullcontext()
    if dtype is torch.bfloat16:
        context = torch.autocast(next(module.parameters()).device.type, dtype, cache_enabled=False)
    for rows in (1, 3):
        inputs = make_inputs(rows)
        with torch.no_grad(), context:
            expected = module(*inputs)
        with torch.no_grad():
            found = loaded(*inputs)
        differences[f"output of {rows}"] = relative(found, expected)
    if adapters:
        differences["gradient"] = gradient_difference(module, loaded, make_inputs(2), adapters, context)
    for what, difference in differences.items():
        if not difference <= tolerance:
            raise UserError(
                f"the trace is not the network: {what} differs by {difference:.1e} of its greatest value, more than {tolerance:.0e}; "
                "the network may branch on its inputs, which a trace does not record"
            )
    devices = baked_devices(loaded)
    if devices:
        raise UserError(f"the trace names devices of its own, {sorted(devices)}, and would run nowhere else")
    return archive, differences


def gradient_difference(module, loaded, inputs, names, context):
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
        with context:
            (module(*inputs) ** 2).sum().backward()
        (loaded(*inputs) ** 2).sum().backward()
        dead = [name for name in names if mine[name].grad is None or not mine[name].grad.abs().max() > 0]
        if dead:
            raise UserError(f"no gradient reaches {dead[0]}: nothing that runs depends on it; leave it out (--lora-targets)")
        # Some gradients are rounding noise, such as those of biases that softmax ignores.
        largest = max(float(mine[name].grad.abs().max()) for name in names)
        return max(float((other[name].grad - mine[name].grad).abs().max()) for name in names) / largest
    finally:
        with torch.no_grad():
            for name in names:
                mine[name].copy_(kept[name])
        module.zero_grad()
