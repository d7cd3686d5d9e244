"""Writes schedulers.json: the rates (and momenta) that PyTorch's schedulers set in 50 steps.

Run: OMP_NUM_THREADS=1 python3 schedulers.py
"""

import json
import pathlib
import warnings

import torch
from torch.optim import lr_scheduler

STEPS = 50
METRICS = [5.0, 4.0, 4.1, 3.9999, 3.9998, 4.2, 4.3, 3.0, 3.0, 3.0, 3.5, 3.1, 2.5, 2.5, 2.5, 2.5, 2.5, 2.49999, 2.6, 1.0]
METRICS += [1.0 + 0.01 * (i % 7) for i in range(STEPS - len(METRICS))]

# Lambdas by name, for both sides.
LAMBDAS = {"decay": lambda t: 0.95**t, "zero_start": lambda t: min(1.0, t / 5), "wave": lambda t: 1.0 + (t % 3)}

CASES = [
    ("LambdaLR", {"lr_lambda": "decay"}),
    ("LambdaLR", {"lr_lambda": ["zero_start", "wave"]}),
    ("ExponentialLR", {"gamma": 0.9}),
    ("StepLR", {"step_size": 7}),
    ("StepLR", {"step_size": 3, "gamma": 0.8}),
    ("MultiStepLR", {"milestones": [4, 10, 10, 33]}),
    ("MultiStepLR", {"milestones": [1, 2, 40], "gamma": 0.5}),
    ("ConstantLR", {}),
    ("ConstantLR", {"factor": 0.25, "total_iters": 12}),
    ("LinearLR", {}),
    ("LinearLR", {"start_factor": 1.0, "end_factor": 0.1, "total_iters": 30}),
    ("PolynomialLR", {}),
    ("PolynomialLR", {"total_iters": 40, "power": 2.5}),
    ("CosineAnnealingLR", {"T_max": 50}),
    ("CosineAnnealingLR", {"T_max": 8, "eta_min": 0.01}),
    ("CosineAnnealingWarmRestarts", {"T_0": 6}),
    ("CosineAnnealingWarmRestarts", {"T_0": 3, "T_mult": 2, "eta_min": 0.02}),
    ("CyclicLR", {"base_lr": 0.01, "max_lr": 0.1, "step_size_up": 5}),
    ("CyclicLR", {"base_lr": [0.01, 0.02], "max_lr": [0.1, 0.3], "step_size_up": 4, "step_size_down": 9, "mode": "triangular2"}),
    ("CyclicLR", {"base_lr": 0.01, "max_lr": 0.1, "step_size_up": 6, "mode": "exp_range", "gamma": 0.97, "cycle_momentum": False}),
    ("CyclicLR", {"base_lr": 0.01, "max_lr": 0.1, "step_size_up": 7, "base_momentum": 0.6, "max_momentum": [0.7, 0.95]}),
    ("OneCycleLR", {"max_lr": 0.4, "total_steps": 51}),
    ("OneCycleLR", {"max_lr": [0.4, 0.1], "total_steps": 60, "pct_start": 0.4, "anneal_strategy": "linear", "div_factor": 10, "final_div_factor": 100}),
    ("OneCycleLR", {"max_lr": 0.4, "total_steps": 51, "three_phase": True, "base_momentum": 0.7, "max_momentum": 0.9}),
    ("OneCycleLR", {"max_lr": 0.4, "total_steps": 51, "pct_start": 0.25, "cycle_momentum": False}),
    ("ReduceLROnPlateau", {"patience": 2}),
    ("ReduceLROnPlateau", {"patience": 0, "factor": 0.5, "cooldown": 3, "min_lr": [0.01, 0.001]}),
    ("ReduceLROnPlateau", {"mode": "max", "patience": 4, "threshold": 0.5, "threshold_mode": "abs", "eps": 1e-3}),
    ("ReduceLROnPlateau", {"mode": "max", "patience": 3, "threshold": 0.1}),
    ("SequentialLR", {"milestones": [5], "schedulers": [["ConstantLR", {"factor": 0.1, "total_iters": 3}], ["ExponentialLR", {"gamma": 0.9}]]}),
    (
        "SequentialLR",
        {
            "milestones": [6, 20],
            "schedulers": [
                ["LinearLR", {"start_factor": 0.1, "total_iters": 6}],
                ["StepLR", {"step_size": 4, "gamma": 0.5}],
                ["CosineAnnealingLR", {"T_max": 20, "eta_min": 0.001}],
            ],
        },
    ),
    ("ChainedScheduler", {"schedulers": [["ConstantLR", {"factor": 0.1, "total_iters": 3}], ["ExponentialLR", {"gamma": 0.9}]]}),
    (
        "ChainedScheduler",
        {
            "schedulers": [
                ["LinearLR", {"start_factor": 0.5, "total_iters": 9}],
                ["MultiStepLR", {"milestones": [7, 30], "gamma": 0.3}],
                # Turning at T_max, PyTorch forgets what the others multiplied; the cosine stays on its way down.
                ["CosineAnnealingLR", {"T_max": 55, "eta_min": 0.001}],
            ]
        },
    ),
]


def build(name, options, optimizer):
    options = dict(options)
    if name == "LambdaLR":
        named = options["lr_lambda"]
        options["lr_lambda"] = [LAMBDAS[n] for n in named] if isinstance(named, list) else LAMBDAS[named]
    if "schedulers" in options:
        options["schedulers"] = [build(n, o, optimizer) for n, o in options["schedulers"]]
    if name == "ChainedScheduler":
        return lr_scheduler.ChainedScheduler(options["schedulers"])
    return getattr(lr_scheduler, name)(optimizer, **options)


def run(name, options):
    params = [torch.zeros(1, requires_grad=True) for _ in range(2)]
    groups = [{"params": [params[0]]}, {"params": [params[1]], "lr": 0.05}]
    optimizer = torch.optim.SGD(groups, lr=0.1, momentum=0.5)
    scheduler = build(name, options, optimizer)
    lrs, momenta = [], []
    for t in range(STEPS + 1):
        lrs.append([group["lr"] for group in optimizer.param_groups])
        momenta.append([group["momentum"] for group in optimizer.param_groups])
        if t == STEPS:
            break
        optimizer.step()
        if name == "ReduceLROnPlateau":
            scheduler.step(METRICS[t])
        else:
            scheduler.step()
    moves = any(momentum != momenta[0] for momentum in momenta)
    return {"name": name, "options": options, "lrs": lrs, **({"momenta": momenta} if moves else {})}


if __name__ == "__main__":
    torch.set_num_threads(1)
    warnings.simplefilter("ignore")
    cases = ",\n".join(json.dumps(run(name, options)) for name, options in CASES)
    head = json.dumps({"torch": torch.__version__, "metrics": METRICS})
    pathlib.Path(__file__).with_suffix(".json").write_text(head[:-1] + ', "cases": [\n' + cases + "\n]}\n")
