"""Evaluates sample cases with PyTorch: torch_golden.py REQUEST.json GOLDEN.json"""
import json
import math
import sys
import warnings

import torch
import torch.nn.functional as F

warnings.simplefilter("ignore")
torch.set_num_threads(1)
dtypes = {name: getattr(torch, name) for name in ["bool", "uint8", "int32", "int64", "float16", "float32", "float64"]}


def number(value):
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, float):
        if math.isnan(value):
            return "NaN"
        if math.isinf(value):
            return "Infinity" if value > 0 else "-Infinity"
        if value == 0 and math.copysign(1, value) < 0:
            return "-0"
        if value == int(value) and abs(value) < 2**53:
            return int(value)
    return value


def numbers(tensor):
    """Float32 needs 9 digits, float64 17."""
    flat = tensor.detach().contiguous().view(-1)
    if tensor.dtype in (torch.float32, torch.float16):
        return [number(float("%.9g" % value)) for value in flat.tolist()]
    return [number(value) for value in flat.tolist()]


def make(spec, differentiable):
    tensor = torch.tensor([float(v) if isinstance(v, str) else v for v in spec["data"]], dtype=dtypes[spec["dtype"]]).reshape(spec["shape"])
    return tensor.requires_grad_() if differentiable and tensor.is_floating_point() else tensor


def seed(output):
    weights = [math.cos(1.7 * i) + 0.25 for i in range(output.numel())]
    return torch.tensor(weights, dtype=output.dtype).reshape(output.shape)


def evaluate(case):
    inputs = [make(spec, case["differentiable"]) for spec in case["inputs"]]
    scope = dict(zip("abcdefgh", inputs), torch=torch, F=F, math=math)
    *statements, expression = case["torch"].split("; ")
    exec("\n".join(statements), scope)
    result = eval(expression, scope)
    outputs = list(result) if isinstance(result, (list, tuple)) else [result]
    gradients = [None] * len(inputs)
    if case["differentiable"]:
        live = [output for output in outputs if output.requires_grad]
        wanted = [x for x in inputs if x.requires_grad]
        if live and wanted:
            found = iter(torch.autograd.grad(live, wanted, [seed(output) for output in live], allow_unused=True))
            gradients = [(lambda g: None if g is None else numbers(g))(next(found)) if x.requires_grad else None for x in inputs]
    shown = [{"shape": list(o.shape), "dtype": str(o.dtype).removeprefix("torch."), "data": numbers(o)} for o in outputs]
    return {"outputs": shown, "gradients": gradients}


def main(request, golden):
    cases = {}
    for case in json.load(open(request)):
        try:
            cases[case["key"]] = evaluate(case)
        except Exception as error:
            raise SystemExit(f"{case['key']}: {case['torch']}: {error}")
    with open(golden, "w") as file:
        file.write('{"torch": %s, "cases": {\n' % json.dumps(torch.__version__))
        file.write(",\n".join(f"{json.dumps(key)}: {json.dumps(value, separators=(',', ':'))}" for key, value in cases.items()))
        file.write("\n}}\n")


main(*sys.argv[1:])
