"""Writes optimizers.json: what PyTorch's optimizers make of a small fixed problem, step by step.

Run: OMP_NUM_THREADS=1 python3 optimizers.py

The problem: x of 3 elements in one group (with its own rate where given), W of [2, 3] in another, and
loss = sum((W x - b)^2) + sum(cos(x)) * 0.5 + sum(W^4) * 0.05; every gradient is written out on both sides.
"""

import json
import pathlib

import torch

STEPS = 20
# Each iteration multiplies rounding errors by about 10; what follows would compare noise.
LBFGS_STEPS = 6
X = [0.5, -1.25, 2.0]
W = [[0.3, -0.7, 1.1], [-0.2, 0.9, 0.4]]
B = [1.0, -2.0]

CASES = [
    ("SGD", {"lr": 0.02}),
    ("SGD", {"lr": 0.02, "momentum": 0.9}),
    ("SGD", {"lr": 0.01, "momentum": 0.8, "dampening": 0.3, "weight_decay": 0.1}),
    ("SGD", {"lr": 0.01, "momentum": 0.9, "nesterov": True, "weight_decay": 0.01}),
    ("SGD", {"lr": 0.001, "momentum": 0.5, "maximize": True}),
    ("Adam", {"lr": 0.05}),
    ("Adam", {"lr": 0.02, "betas": [0.8, 0.95], "eps": 1e-3, "weight_decay": 0.1}),
    ("Adam", {"lr": 0.3, "amsgrad": True, "betas": [0.5, 0.6]}),
    ("Adam", {"lr": 0.05, "maximize": True, "weight_decay": 0.1}),
    ("AdamW", {"lr": 0.05}),
    ("AdamW", {"lr": 0.05, "weight_decay": 0.3, "amsgrad": True}),
    ("AdamW", {"lr": 0.05, "maximize": True}),
    ("Adagrad", {"lr": 0.1}),
    ("Adagrad", {"lr": 0.5, "lr_decay": 0.1, "weight_decay": 0.05, "initial_accumulator_value": 0.2, "eps": 1e-4}),
    ("Adagrad", {"lr": 0.1, "maximize": True}),
    ("RMSprop", {"lr": 0.01}),
    ("RMSprop", {"lr": 0.01, "alpha": 0.9, "momentum": 0.7, "weight_decay": 0.1}),
    ("RMSprop", {"lr": 0.02, "centered": True, "eps": 1e-3}),
    ("RMSprop", {"lr": 0.01, "centered": True, "momentum": 0.5, "alpha": 0.8, "maximize": True}),
    ("Adadelta", {}),
    ("Adadelta", {"lr": 0.5, "rho": 0.8, "eps": 1e-3, "weight_decay": 0.1}),
    ("Adadelta", {"maximize": True}),
    ("Adamax", {"lr": 0.05}),
    ("Adamax", {"lr": 0.02, "betas": [0.7, 0.8], "eps": 1e-3, "weight_decay": 0.2}),
    ("Adamax", {"lr": 0.02, "maximize": True}),
    ("NAdam", {"lr": 0.05}),
    ("NAdam", {"lr": 0.02, "betas": [0.8, 0.9], "momentum_decay": 0.1, "weight_decay": 0.1, "eps": 1e-4}),
    ("RAdam", {"lr": 0.05}),
    ("RAdam", {"lr": 0.05, "betas": [0.8, 0.9], "weight_decay": 0.1, "eps": 1e-4}),
    ("LBFGS", {"lr": 0.1, "max_iter": 3}),
    ("LBFGS", {"lr": 0.3, "max_iter": 2, "history_size": 2}),
    ("LBFGS", {"line_search_fn": "strong_wolfe", "max_iter": 1}),
    ("LBFGS", {"line_search_fn": "strong_wolfe", "lr": 0.5, "max_iter": 4, "max_eval": 7, "history_size": 3}),
]


def run(name, options, dtype):
    x = torch.tensor(X, dtype=dtype, requires_grad=True)
    w = torch.tensor(W, dtype=dtype, requires_grad=True)
    b = torch.tensor(B, dtype=dtype)
    if name == "LBFGS":
        params = [x, w]
    else:
        # The second group halves the rate: groups are tested with every rule.
        params = [{"params": [x]}, {"params": [w], "lr": options.get("lr", 1.0) / 2}]
    # NAdam without foreach multiplies one factor twice in 1.13 (mended since); its product of factors is a float32
    # tensor unless the default dtype says otherwise.
    torch.set_default_dtype(dtype)
    extra = {"foreach": True} if name == "NAdam" else {}
    optimizer = getattr(torch.optim, name)(params, **options, **extra)

    def closure():
        optimizer.zero_grad()
        loss = ((w @ x - b) ** 2).sum() + x.cos().sum() * 0.5 + (w**4).sum() * 0.05
        loss.backward()
        return loss

    trace = []
    for _ in range(LBFGS_STEPS if name == "LBFGS" else STEPS):
        optimizer.step(closure)
        trace.append(x.detach().flatten().tolist() + w.detach().flatten().tolist())
    return trace


def main():
    cases = []
    for name, options in CASES:
        # Single precision is recorded for the last step only: the formula is tested in double.
        cases.append(
            {
                "name": name,
                "options": options,
                "float64": run(name, options, torch.float64),
                "float32": run(name, options, torch.float32)[-1],
            }
        )
    file = pathlib.Path(__file__).with_suffix(".json")
    head = {"torch": torch.__version__, "x": X, "w": W, "b": B}
    body = ",\n".join(json.dumps(case) for case in cases)
    file.write_text(json.dumps(head)[:-1] + ', "cases": [\n' + body + "\n]}\n")


if __name__ == "__main__":
    torch.set_num_threads(1)
    main()
