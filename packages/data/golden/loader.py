"""Writes loader.json: the orders in which PyTorch's samplers, loaders and splits draw positions.

Run: OMP_NUM_THREADS=1 python3 loader.py

Each case seeds, makes two passes, and records one draw after them, so that the number of draws is tested too.
"""

import json
import pathlib

import torch
from torch.utils import data


def after(generator=None):
    return torch.randint(0, 2**31, (1,), generator=generator).item()


def passes(make, seed, own):
    """Two passes over what make(generator) gives, with the default generator or one of its own."""
    torch.manual_seed(seed if not own else 0)
    generator = torch.Generator().manual_seed(seed) if own else None
    iterable = make(generator)
    orders = [[item.tolist() if torch.is_tensor(item) else item for item in iterable] for _ in range(2)]
    return {"seed": seed, "own": own, "orders": orders, "after": after(generator), "afterDefault": after()}


def loader(n, **options):
    return lambda generator: data.DataLoader(range(n), generator=generator, **options)


CASES = []
for seed in [0, 1, 42, 2023, 2**40 + 7]:
    for own in [False, True]:
        for n, options in [
            (10, {"shuffle": True}),
            (10, {"batch_size": 3, "shuffle": True}),
            (10, {"batch_size": 4, "shuffle": True, "drop_last": True}),
            (7, {"batch_size": 2}),
        ]:
            CASES.append({"kind": "loader", "n": n, "options": options, **passes(loader(n, **options), seed, own)})
for seed in [3, 99]:
    for own in [False, True]:
        for n, options in [
            (5, {"num_samples": 12}),
            (6, {"num_samples": 4}),
            (9, {"replacement": True, "num_samples": 70}),
            (9, {"replacement": True}),
            (9, {"replacement": True, "num_samples": 32}),
        ]:
            made = passes(lambda g: data.RandomSampler(range(n), generator=g, **options), seed, own)
            CASES.append({"kind": "random", "n": n, "options": options, **made})
        weights = [0.1, 0.9, 0.4, 0.7, 3.0, 0.6]
        for count, replacement in [(5, True), (20, True), (6, False), (3, False)]:
            made = passes(lambda g: data.WeightedRandomSampler(weights, count, replacement, generator=g), seed, own)
            options = {"weights": weights, "count": count, "replacement": replacement}
            CASES.append({"kind": "weighted", "options": options, **made})
        indices = [5, 8, 1, 9, 30]
        made = passes(lambda g: data.SubsetRandomSampler(indices, generator=g), seed, own)
        CASES.append({"kind": "subset", "options": {"indices": indices}, **made})

SPLITS = []
for seed in [0, 42]:
    for n, lengths in [(10, [3, 7]), (30, [0.3, 0.3, 0.4]), (11, [0.5, 0.5]), (10, [0.33, 0.33, 0.34])]:
        torch.manual_seed(seed)
        parts = [list(part.indices) for part in data.random_split(range(n), lengths)]
        SPLITS.append({"seed": seed, "n": n, "lengths": lengths, "parts": parts})

if __name__ == "__main__":
    head = json.dumps({"torch": torch.__version__, "splits": SPLITS})
    cases = ",\n".join(json.dumps(case) for case in CASES)
    pathlib.Path(__file__).with_suffix(".json").write_text(head[:-1] + ', "cases": [\n' + cases + "\n]}\n")
