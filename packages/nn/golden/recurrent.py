"""Writes recurrent.json: what PyTorch computes for the recurrent cells and layers of this package.

Run with PyTorch on the CPU, one thread: OMP_NUM_THREADS=1 python3 recurrent.py

cases: float64. Each has the layer's arguments, its parameters, an input (packed where there are lengths), an initial state or none, the
results, and the gradients of parameters, input and state for result gradients of cos(1 + i).
seeds: float32 parameters, and where asked a result in training on an input of sin(i), after manual_seed.
"""

import json
import pathlib

import torch
import torch.nn as nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

HERE = pathlib.Path(__file__).parent
NAMES = {"numLayers": "num_layers", "batchFirst": "batch_first"}


def plain(t):
    return {"shape": list(t.shape), "data": t.detach().flatten().tolist()}


def weight(t):
    return torch.cos(1 + torch.arange(t.numel(), dtype=t.dtype)).reshape(t.shape)


def make(name, options, **more):
    return getattr(nn, name)(3, 4, **{NAMES.get(key, key): value for key, value in options.items()}, **more)


def case(name, shape, state=None, lengths=None, enforceSorted=True, **options):
    """`state` is the shape of the initial state, or none for zeros."""
    torch.manual_seed(len(cases))
    layer = make(name, options, dtype=torch.float64)
    x = torch.randn(shape, dtype=torch.float64, requires_grad=True)
    count = 2 if "LSTM" in name else 1
    states = [] if state is None else [torch.randn(state, dtype=torch.float64, requires_grad=True) for _ in range(count)]
    given = None if state is None else tuple(states) if count == 2 else states[0]
    first = options.get("batchFirst", False)
    packed = x if lengths is None else pack_padded_sequence(x, lengths, first, enforceSorted)
    output, *last = [layer(packed, given)] if name.endswith("Cell") and count == 1 else layer(packed, given)
    if lengths is not None:
        output = pad_packed_sequence(output, first)[0]
    last = [t for item in last for t in (item if isinstance(item, tuple) else [item])]
    outputs = [output, *last]
    sum((t * weight(t)).sum() for t in outputs).backward()
    cases.append({
        "name": name,
        "options": options,
        "parameters": {key: plain(p) for key, p in layer.named_parameters()},
        "input": plain(x),
        "states": [plain(s) for s in states],
        **({} if lengths is None else {"lengths": lengths, "enforceSorted": enforceSorted}),
        "outputs": [plain(t) for t in outputs],
        "grads": {key: plain(p.grad) for key, p in layer.named_parameters()},
        "inputGrad": plain(x.grad),
        "stateGrads": [plain(s.grad) for s in states],
    })


cases = []
for cell in ["RNNCell", "GRUCell", "LSTMCell"]:
    case(cell, [2, 3])
    case(cell, [2, 3], state=[2, 4])
    case(cell, [3], state=[4], bias=False)
case("RNNCell", [2, 3], state=[2, 4], nonlinearity="relu")
case("RNN", [5, 2, 3], nonlinearity="relu", numLayers=2)
for layer in ["RNN", "GRU", "LSTM"]:
    case(layer, [4, 2, 3])
    case(layer, [4, 3], state=[1, 4])
    case(layer, [4, 3], batchFirst=True, bidirectional=True)
    case(layer, [2, 4, 3], state=[1, 2, 4], batchFirst=True, bias=False)
    case(layer, [3, 2, 3], state=[4, 2, 4], numLayers=2, bidirectional=True)
    case(layer, [4, 3, 3], lengths=[4, 2, 2])
    case(layer, [3, 4, 3], state=[4, 3, 4], lengths=[1, 4, 2], enforceSorted=False, numLayers=2, bidirectional=True, batchFirst=True)
    case(layer, [5, 3, 3], state=[2, 3, 4], lengths=[2, 3, 1], enforceSorted=False, bidirectional=True)


def seeded(seed, name, shape=None, **options):
    """Weights, and where a shape is given the output for sin(i) in training: the dropout masks come from the same generator."""
    torch.manual_seed(seed)
    layer = make(name, options)
    results = []
    if shape is not None:
        numel = torch.Size(shape).numel()
        results = [layer(torch.sin(torch.arange(numel, dtype=torch.float64)).float().reshape(shape))[0]]
    seeds.append({
        "seed": seed,
        "name": name,
        "options": options,
        **({} if shape is None else {"shape": shape}),
        "tensors": {key: plain(p) for key, p in layer.named_parameters()},
        "outputs": [plain(t) for t in results],
    })


seeds = []
for name in ["RNNCell", "GRUCell", "LSTMCell"]:
    seeded(0, name)
seeded(1, "RNN", bias=False)
seeded(2, "LSTM", bidirectional=True)
seeded(3, "GRU", [5, 2, 3], numLayers=3, dropout=0.4, bidirectional=True)
seeded(4, "LSTM", [2, 5, 3], numLayers=2, dropout=0.5, batchFirst=True)
(HERE / "recurrent.json").write_text(
    json.dumps({"torch": torch.__version__, "cases": cases, "seeds": seeds}, separators=(",", ":")) + "\n"
)
