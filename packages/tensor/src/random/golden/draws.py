"""Writes draws.json: what PyTorch's CPU generator draws. Run with PyTorch on the CPU, one thread.

A case is one generator and a list of draws made from it in turn. Exact draws are recorded by a checksum of the bytes and
their first and last values; draws that pass through a logarithm or a sine by their first and last values alone.
"""

import json
import pathlib
import zlib

import numpy as np
import torch

EDGE = 4
SIZES = [1, 2, 15, 16, 17, 100, 1000]


def plain(array):
    """JSON values that read back as the same bits: integers beyond 2^53 as strings, infinities as strings."""
    if array.dtype == np.float32:
        return [float(str(x)) for x in array]
    if array.dtype == np.int64:
        return [int(x) if abs(int(x)) < 2**53 else str(x) for x in array]
    return [x.item() for x in array]


def draw(generator, call, dtype, size, args):
    t = torch.empty(size, dtype=getattr(torch, dtype))
    if call == "randperm":
        return torch.randperm(size, generator=generator, dtype=t.dtype)
    if call == "bernoulliOf":
        return t.bernoulli_(torch.linspace(0, 1, size, dtype=getattr(torch, args[0])), generator=generator)
    if call == "normalSerial":  # a tensor that is not contiguous
        return torch.empty(size, 2, dtype=t.dtype)[:, 0].normal_(*args, generator=generator)
    if call == "dropout":  # it takes no generator
        before = torch.get_rng_state()
        torch.set_rng_state(generator.get_state())
        out = torch.nn.functional.dropout(torch.ones_like(t), *args)
        generator.set_state(torch.get_rng_state())
        torch.set_rng_state(before)
        return out
    if call == "multinomial":
        weights, samples, replacement = args
        return torch.multinomial(torch.tensor(weights, dtype=t.dtype), samples, replacement, generator=generator).flatten()
    if call == "random" or call == "randint":
        return t.random_(*[int(a) for a in args], generator=generator)
    return getattr(t, {"logNormal": "log_normal"}.get(call, call) + "_")(*args, generator=generator)


INEXACT = {"normal", "normalSerial", "exponential", "cauchy", "logNormal"}


def record(generator, call, dtype, size, *args):
    values = draw(generator, call, dtype, size, args).contiguous().numpy()
    step = {"call": call, "dtype": dtype, "size": size}
    if args:
        step["args"] = args
    edge = EDGE
    if call in INEXACT:
        edge = 18 if size > 16 else 16
    else:
        step["crc"] = zlib.crc32(values.tobytes())
    step["first"] = plain(values[:edge])
    if size > edge:
        step["last"] = plain(values[max(edge, len(values) - edge):])
    return step


def case(seed, *steps):
    generator = torch.Generator()
    generator.manual_seed(seed)
    done = [record(generator, *step) for step in steps]
    state = generator.get_state().numpy()
    # Word 16..24 is where the next draw stands; before the first block it is arbitrary, so it is left out.
    used = np.concatenate([state[:16], state[24:]]).tobytes()
    return {"seed": str(seed), "steps": done, "stateCrc": zlib.crc32(used)}


FLOATS = ["float32", "float64"]
WEIGHTS = [[0.1, 0.3, 0.0, 0.4, 0.2], [5.0, 1.0, 1.0, 1.0, 2.0]]

cases = [case(seed, ("uniform", "float32", 3), ("uniform", "float64", 3)) for seed in
         [0, 1, 42, 2**31 - 1, 2**32 - 1, 2**32, 2**32 + 42, 2**53 - 1, 2**64 - 1, -1, -(2**63)]]
for i, dtype in enumerate(FLOATS):
    cases += [
        case(100 + i, *[("uniform", dtype, n) for n in SIZES]),
        case(110 + i, *[("uniform", dtype, n, -0.1, 0.7) for n in SIZES],
             ("uniform", dtype, 1000, -0.5773502691896258, 0.5773502691896258), ("uniform", dtype, 1000, 1e6, 1e6 + 3.7),
             ("uniform", dtype, 1000, 1e-9, 1.0), ("uniform", dtype, 1000, 0.0, 3.3), ("uniform", dtype, 1000, -1e4, -1e-3)),
        case(120 + i, *[("normal", dtype, n, 0.0, 1.0) for n in SIZES]),
        case(130 + i, *[("normal", dtype, n, -3.5, 0.25) for n in [1, 17, 40]]),
        case(140 + i, *[("normalSerial", dtype, n, 2.0, 3.0) for n in [1, 17, 20]]),
        case(150 + i, ("bernoulli", dtype, 100, 0.3), ("bernoulli", dtype, 1, 1.0), ("bernoulliOf", dtype, 100, "float32"),
             ("bernoulliOf", dtype, 100, "float64")),
        case(160 + i, *[("dropout", dtype, n, p) for n, p in [(1, 0.5), (1000, 0.3), (17, 0.0), (17, 1.0), (100, 0.9)]],
             ("uniform", dtype, 2)),
        case(170 + i, ("exponential", dtype, 20, 1.0), ("exponential", dtype, 100, 2.5)),
        case(180 + i, ("cauchy", dtype, 20, 1.0, 2.0)),
        case(190 + i, ("logNormal", dtype, 21, 0.5, 0.7), ("normal", dtype, 1, 0.0, 1.0)),
        case(200 + i, *[("multinomial", dtype, n * len(WEIGHTS), WEIGHTS, n, r) for n, r in
                        [(1, False), (3, False), (1, True), (3, True), (50, True)]]),
        case(210 + i, ("multinomial", dtype, 60, [[float(k % 7 + 1) for k in range(60)]], 60, False),
             ("multinomial", dtype, 200, [[float(k % 7) for k in range(60)]], 200, True)),
    ]
cases += [
    case(300, *[("randint", "int64", n, 0, 10) for n in SIZES]),
    case(301, *[("randint", "int64", 40, str(low), str(high)) for low, high in
                [(-5, 5), (0, 2**31), (-3, 2**32 - 4), (0, 2**32), (-(2**62), 2**62), (2**62, 2**62 + 9), (0, 2**53 + 11)]]),
    case(302, ("randint", "int32", 100, 0, 1000), ("randint", "int32", 40, str(-(2**31)), str(2**31 - 1)),
         ("randint", "uint8", 40, 3, 200), ("randint", "float32", 40, -8, 8), ("randint", "float64", 40, 0, str(2**40)),
         ("randint", "bool", 40, 0, 2)),
    case(303, *[("random", dtype, 40) for dtype in ["int64", "int32", "uint8", "bool", "float32", "float64"]]),
    case(304, *[("randperm", "int64", n) for n in [0, *SIZES]], *[("randperm", d, 100) for d in ["int32", "float32"]]),
    case(305, ("bernoulli", "int64", 100, 0.5), ("bernoulli", "bool", 100, 0.5), ("bernoulliOf", "uint8", 100, "float32"),
         ("bernoulliOf", "int32", 100, "float64")),
    case(306, ("geometric", "float32", 100, 0.2), ("geometric", "float64", 100, 0.01), ("geometric", "int64", 100, 0.7)),
    # The cached normal waits through every other kind of draw.
    case(400, ("normal", "float32", 1, 0.0, 1.0), ("uniform", "float32", 3), ("normal", "float64", 2, 0.0, 1.0),
         ("randperm", "int64", 10), ("normal", "float32", 17, 0.0, 1.0), ("normal", "float32", 1, 5.0, 2.0),
         ("logNormal", "float64", 1, 0.0, 1.0), ("normal", "float64", 3, 0.0, 1.0)),
    case(401, ("uniform", "float32", 1), ("uniform", "float64", 624), ("randint", "int64", 623, 0, 7), ("normal", "float32", 15, 0.0, 1.0)),
]

path = pathlib.Path(__file__).with_name("draws.json")
path.write_text("[\n" + ",\n".join(json.dumps(c, separators=(",", ":")) for c in cases) + "\n]\n")
print(path.name, path.stat().st_size, "bytes, PyTorch", torch.__version__)
