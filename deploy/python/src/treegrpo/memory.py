"""What a traced network allocates at the most, for `plan` and for the choice of update.micro-batch."""

from __future__ import annotations

import os

import torch

from treegrpo import segments

# The profiler's own log reports on standard error that a machine has no GPU.
os.environ.setdefault("KINETO_LOG_LEVEL", "99")


def peak(device, run):
    """Bytes that a call has allocated on a device at once, beyond what was there."""
    if torch.device(device).type == "cuda":
        torch.cuda.synchronize(device)
        torch.cuda.reset_peak_memory_stats(device)
        before = torch.cuda.memory_allocated(device)
        run()
        torch.cuda.synchronize(device)
        return torch.cuda.max_memory_allocated(device) - before
    with torch.profiler.profile(activities=[torch.profiler.ProfilerActivity.CPU], profile_memory=True) as profile:
        run()
    events = [event for event in profile.profiler.kineto_results.events() if event.name() == "[memory]"]
    allocated = highest = 0
    for event in sorted(events, key=lambda event: event.start_ns()):
        allocated += event.nbytes()
        highest = max(highest, allocated)
    return highest


def by_rows(device, call, make_inputs):
    """{"fixed", "row"}: bytes whatever the batch, and bytes a row of it, of a call with the inputs of a batch."""

    def measured(rows):
        inputs = make_inputs(rows)
        return peak(device, lambda: call(inputs))

    call(make_inputs(1))  # what is kept from the first pass on is not a pass's
    peaks = {rows: measured(rows) for rows in (1, 2, 3)}
    # A batch of one may be computed in another way, and need more for it than two.
    row = max(0, peaks[3] - peaks[2])
    return {"fixed": max(0, *(allocated - rows * row for rows, allocated in peaks.items())), "row": row}


def of_forward(device, script, make_inputs):
    """A forward pass without gradients."""

    @torch.no_grad()
    def predict(inputs):
        script(*inputs)

    return by_rows(device, predict, make_inputs)


def of_network(device, script, count, make_inputs):
    """`memory` of policy.json: a forward pass; one with its backward pass, keeping all or the states between segments only.

    Gradients of the trained tensors are not counted.
    """

    def train(inputs):
        prediction = script(*inputs)
        prediction.backward(torch.ones_like(prediction))

    def train_blocks(inputs):
        segments.backward(script, count, inputs, torch.ones_like)

    measured = {"predict": of_forward(device, script, make_inputs), "train": by_rows(device, train, make_inputs)}
    if count:
        measured["trainBlocks"] = by_rows(device, train_blocks, make_inputs)
    return measured
