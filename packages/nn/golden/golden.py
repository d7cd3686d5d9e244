"""Writes functional.json and seeds.json: what PyTorch computes for the functions, layers and initialisations of this package.

Run with PyTorch on the CPU, one thread: OMP_NUM_THREADS=1 python3 golden.py

functional.json: calls in float64. Each has arguments (tensors, numbers, options), the result, and the gradients of the tensors that
are marked, for a result gradient of cos(1 + i). `edge` marks points where a derivative jumps: finite differences do not hold there.
seeds.json: float32 numbers after manual_seed.
"""

import json
import math
import pathlib

import torch
import torch.nn as nn
import torch.nn.functional as F

HERE = pathlib.Path(__file__).parent
torch.set_default_dtype(torch.float64)


def number(x):
    """JSON has no infinities."""
    return x if math.isfinite(x) else str(x)


def plain(t):
    return [number(x) for x in t.detach().flatten().tolist()]


def encode(value):
    if isinstance(value, torch.Tensor):
        form = {"shape": list(value.shape), "data": plain(value), "dtype": str(value.dtype).removeprefix("torch.")}
        return {**form, "grad": True} if value.requires_grad else form
    if isinstance(value, dict):
        return {key: encode(item) for key, item in value.items()}
    return value


cases = []


def case(name, function, inputs, extra=(), edge=False):
    """`function` of the inputs is what `name` must compute for the inputs, followed by `extra`."""
    out = function(*inputs)
    out.backward(torch.cos(1 + torch.arange(out.numel(), dtype=torch.float64)).reshape(out.shape))
    record = {"name": name, "args": [encode(x) for x in [*inputs, *extra]], "out": encode(out.detach())}
    record["grads"] = [plain(x.grad) for x in tensors(inputs, extra)]
    if edge:
        record["edge"] = True
    cases.append(record)
    for x in tensors(inputs, extra):
        x.grad = None


def tensors(inputs, extra):
    """Those with gradients, in the order in which they are met."""
    found = [x for x in inputs if isinstance(x, torch.Tensor)]
    for value in extra:
        found += [x for x in (value.values() if isinstance(value, dict) else [value]) if isinstance(x, torch.Tensor)]
    return [x for x in found if x.requires_grad]


def draw(*shape, low=-2.0, high=2.0, seed=0, grad=True):
    generator = torch.Generator().manual_seed(1000 + seed)
    # Four digits are enough, and keep the file small.
    values = torch.rand(shape, generator=generator, dtype=torch.float64) * (high - low) + low
    return torch.round(values * 1e4).div(1e4).requires_grad_(grad)


def ints(values):
    return torch.tensor(values, dtype=torch.int64)


# ---- Activations: smooth points, then points where the formula changes, then large inputs.

SMOOTH = draw(3, 5, low=-5, high=5)
EDGES = torch.tensor([-6.0, -3, -1, -0.5, 0, 0.5, 1, 3, 6], requires_grad=True)
LARGE = torch.tensor([-1e4, -750, -100, -30, 30, 100, 750, 1e4], requires_grad=True)

ACTIVATIONS = [
    ("relu", F.relu, []),
    ("relu6", F.relu6, []),
    ("leakyRelu", F.leaky_relu, [0.1]),
    ("elu", F.elu, [0.7]),
    ("celu", F.celu, [0.7]),
    ("selu", F.selu, []),
    ("gelu", F.gelu, []),
    ("gelu", lambda x: F.gelu(x, approximate="tanh"), ["tanh"]),
    ("silu", F.silu, []),
    ("mish", F.mish, []),
    ("softplus", F.softplus, []),
    ("softplus", lambda x: F.softplus(x, 2, 3), [2, 3]),
    ("softsign", F.softsign, []),
    ("tanh", torch.tanh, []),
    ("tanhshrink", F.tanhshrink, []),
    ("hardshrink", F.hardshrink, []),
    ("softshrink", F.softshrink, []),
    ("sigmoid", torch.sigmoid, []),
    ("logSigmoid", F.logsigmoid, []),
    ("hardtanh", F.hardtanh, []),
    ("hardtanh", lambda x: F.hardtanh(x, -0.5, 3), [-0.5, 3]),
    ("hardsigmoid", F.hardsigmoid, []),
    ("hardswish", F.hardswish, []),
    ("threshold", lambda x: F.threshold(x, 0.5, -7), [0.5, -7]),
]
for name, function, extra in ACTIVATIONS:
    positional = extra if function in (F.leaky_relu, F.elu, F.celu) else []
    # At 3, PyTorch's hardswish has one derivative in its vector loop and another one behind it.
    edges = EDGES[EDGES != 3].detach().requires_grad_() if name == "hardswish" else EDGES
    for x, edge in [(SMOOTH, False), (edges, True), (LARGE, True)]:
        case(name, lambda t: function(t, *positional), [x], extra, edge)

case("prelu", F.prelu, [draw(2, 3, 2), draw(3, seed=1)])
case("prelu", F.prelu, [draw(2, 3, 2), draw(1, seed=1)])
case("prelu", F.prelu, [EDGES, torch.tensor([0.25], requires_grad=True)], edge=True)
case("glu", lambda x: F.glu(x, 1), [draw(2, 4)], [1])
case("glu", F.glu, [draw(2, 3, 4)])
for dim in [0, -1]:
    for x in [draw(3, 4, low=-5, high=5), (draw(2, 4, seed=5) * 500).detach().requires_grad_()]:
        case("softmax", lambda t: F.softmax(t, dim), [x], [dim])
        case("logSoftmax", lambda t: F.log_softmax(t, dim), [x], [dim])
        case("softmin", lambda t: F.softmin(t, dim), [x], [dim])

# ---- Linear, embedding, normalisation, distances

case("linear", F.linear, [draw(2, 3), draw(4, 3, seed=1), draw(4, seed=2)])
case("linear", F.linear, [draw(2, 2, 3), draw(4, 3, seed=1)])
case("linear", F.linear, [draw(3), draw(4, 3, seed=1), draw(4, seed=2)])
case("bilinear", F.bilinear, [draw(2, 3), draw(2, 2, seed=1), draw(4, 3, 2, seed=2), draw(4, seed=3)])
case("bilinear", F.bilinear, [draw(2, 2, 3), draw(2, 2, 2, seed=1), draw(1, 3, 2, seed=2)])
case("embedding", F.embedding, [ints([[0, 2], [2, 3]]), draw(4, 3)])
PADDED = {"paddingIdx": 2}
case("embedding", lambda i, w: F.embedding(i, w, padding_idx=2), [ints([[0, 2], [2, 3]]), draw(4, 3)], [PADDED], edge=True)
WEIGHT, BIAS = draw(3, seed=1), draw(3, seed=2)
case("layerNorm", lambda x: F.layer_norm(x, [3]), [draw(2, 3)], [[3]])
case("layerNorm", lambda x: F.layer_norm(x, [3], WEIGHT, BIAS, 0.01), [draw(2, 4, 3)], [[3], {"weight": WEIGHT, "bias": BIAS, "eps": 0.01}])
case("layerNorm", lambda x: F.layer_norm(x, [4, 3]), [draw(2, 4, 3)], [[4, 3]])


def rms_norm(x, weight, eps):
    """This PyTorch has none yet."""
    return x * torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + eps) * weight


case("rmsNorm", lambda x: rms_norm(x, WEIGHT, 0.01), [draw(2, 3)], [[3], {"weight": WEIGHT, "eps": 0.01}])
for options in [{}, {"p": 1}, {"p": 3, "dim": 0}]:
    case("normalize", lambda x: F.normalize(x, **options), [draw(3, 4)], [options])
case("normalize", F.normalize, [torch.zeros(1, 3, requires_grad=True)], edge=True)
case("cosineSimilarity", F.cosine_similarity, [draw(3, 4), draw(3, 4, seed=1)])
case("cosineSimilarity", lambda a, b: F.cosine_similarity(a, b, 0), [draw(3, 4), draw(3, 4, seed=1)], [{"dim": 0}])
for p in [1, 2, 3.5, math.inf]:
    case("pairwiseDistance", lambda a, b: F.pairwise_distance(a, b, p), [draw(3, 4), draw(3, 4, seed=1)], [{"p": number(p)}])

# ---- Losses: each with each reduction

REDUCTIONS = ["mean", "sum", "none"]


def loss(name, function, inputs, edge=False, reductions=REDUCTIONS, **options):
    """Options in our names; `function` takes them in PyTorch's."""
    for reduction in reductions:
        theirs = {snake(key): value for key, value in options.items()}
        given = {**options, "reduction": reduction}
        case(name, lambda *xs: function(*xs, reduction=reduction, **theirs), inputs, [given], edge)


def snake(name):
    names = {"logInput": "log_input", "logTarget": "log_target", "posWeight": "pos_weight", "ignoreIndex": "ignore_index"}
    return {**names, "labelSmoothing": "label_smoothing"}.get(name, name)


X, Y = draw(3, 2), draw(3, 2, seed=1)
loss("mseLoss", F.mse_loss, [X, Y])
loss("l1Loss", F.l1_loss, [X, Y])
for beta in [0.5, 1, 2]:
    loss("smoothL1Loss", F.smooth_l1_loss, [X, Y], beta=beta)
    loss("huberLoss", F.huber_loss, [X, Y], delta=beta, reductions=["mean", "none"])
loss("smoothL1Loss", F.smooth_l1_loss, [X, Y], beta=0, reductions=["sum"])
SAME = torch.tensor([0.0, 1, 2, -1], requires_grad=True)
for name, function in [("l1Loss", F.l1_loss), ("smoothL1Loss", F.smooth_l1_loss), ("huberLoss", F.huber_loss)]:
    loss(name, function, [SAME, torch.zeros(4)], edge=True, reductions=["none"])

P, T = draw(3, 2, low=0.05, high=0.95), draw(3, 2, low=0, high=1, seed=1, grad=False)
ROW = draw(2, low=0.5, high=2, seed=2, grad=False)
loss("binaryCrossEntropy", F.binary_cross_entropy, [P, T])
loss("binaryCrossEntropy", F.binary_cross_entropy, [P, T], weight=ROW)
CERTAIN = torch.tensor([0.0, 1, 1e-30, 1e-13, 1e-6], requires_grad=True)
loss("binaryCrossEntropy", F.binary_cross_entropy, [CERTAIN, torch.tensor([1.0, 0, 1, 1, 1])], edge=True, reductions=["none"])

LOGITS = draw(3, 2, low=-4, high=4)
POSITIVE = draw(2, low=0.5, high=5, seed=3, grad=False)
BCE = F.binary_cross_entropy_with_logits
loss("binaryCrossEntropyWithLogits", BCE, [LOGITS, T])
loss("binaryCrossEntropyWithLogits", BCE, [LOGITS, T], weight=ROW, posWeight=POSITIVE)
loss("binaryCrossEntropyWithLogits", BCE, [LOGITS, T], posWeight=POSITIVE, reductions=["none"])
loss("binaryCrossEntropyWithLogits", BCE, [LOGITS, draw(3, 2, low=0, high=1, seed=1)], reductions=["none"])
FAR = torch.tensor([-1e4, -800, 0, 800, 1e4], requires_grad=True)
loss("binaryCrossEntropyWithLogits", BCE, [FAR, torch.tensor([1.0, 0, 1, 0, 1])], edge=True, reductions=["none"])
loss("binaryCrossEntropyWithLogits", BCE, [FAR, torch.tensor([1.0, 0, 1, 0, 1])], edge=True, reductions=["none"], posWeight=torch.tensor([3.0]))
SIGNS = torch.tensor([[1.0, -1], [-1, 1], [1, 1]])
loss("softMarginLoss", F.soft_margin_loss, [LOGITS, SIGNS])
loss("multilabelSoftMarginLoss", F.multilabel_soft_margin_loss, [LOGITS, (SIGNS + 1) / 2])
loss("multilabelSoftMarginLoss", F.multilabel_soft_margin_loss, [LOGITS, (SIGNS + 1) / 2], weight=ROW)

SCORES = draw(4, 3, low=-3, high=3)
CLASSES = ints([2, 0, 1, 1])
PER_CLASS = draw(3, low=0.5, high=2, seed=4, grad=False)
CE = F.cross_entropy
loss("crossEntropy", CE, [SCORES, CLASSES])
loss("crossEntropy", CE, [SCORES, CLASSES], weight=PER_CLASS)
loss("crossEntropy", CE, [SCORES, CLASSES], ignoreIndex=1)
loss("crossEntropy", CE, [SCORES, CLASSES], ignoreIndex=1, weight=PER_CLASS)
loss("crossEntropy", CE, [SCORES, CLASSES], labelSmoothing=0.2)
loss("crossEntropy", CE, [SCORES, CLASSES], labelSmoothing=0.2, weight=PER_CLASS)
loss("crossEntropy", CE, [SCORES, CLASSES], labelSmoothing=0.2, ignoreIndex=1)
loss("crossEntropy", CE, [SCORES, CLASSES], labelSmoothing=0.2, ignoreIndex=1, weight=PER_CLASS)
loss("crossEntropy", CE, [SCORES, ints([2, -100, 1, -100])])
loss("crossEntropy", CE, [draw(3), ints(2)])
loss("crossEntropy", CE, [draw(2, 3, 2), ints([[0, 1], [2, 1]])], weight=PER_CLASS)
loss("crossEntropy", CE, [draw(2, 3, 2), ints([[0, 1], [2, 1]])], labelSmoothing=0.1, ignoreIndex=2)
loss("crossEntropy", CE, [(SCORES * 500).detach().requires_grad_(), CLASSES])
SHARES = draw(4, 3, low=0, high=1, seed=5)
loss("crossEntropy", CE, [SCORES, SHARES])
loss("crossEntropy", CE, [SCORES, SHARES], weight=PER_CLASS, labelSmoothing=0.2)
loss("crossEntropy", CE, [draw(2, 3, 2), draw(2, 3, 2, low=0, high=1, seed=5)])
loss("crossEntropy", CE, [draw(3), draw(3, low=0, high=1, seed=5)])
loss("nllLoss", F.nll_loss, [SCORES, CLASSES])
loss("nllLoss", F.nll_loss, [SCORES, CLASSES], weight=PER_CLASS, ignoreIndex=0)
loss("nllLoss", F.nll_loss, [draw(2, 3, 2, 2), ints([[[0, 1], [2, 1]], [[1, 1], [0, 2]]])], weight=PER_CLASS)
loss("multiMarginLoss", F.multi_margin_loss, [SCORES, CLASSES])
loss("multiMarginLoss", F.multi_margin_loss, [SCORES, CLASSES], p=2, margin=0.7, weight=PER_CLASS)
loss("multiMarginLoss", F.multi_margin_loss, [draw(3), ints(1)])

LOGS = F.log_softmax(draw(3, 4), 1).detach().requires_grad_()
PARTS = F.softmax(draw(3, 4, seed=1), 1).detach().requires_grad_()
KL = [*REDUCTIONS, "batchmean"]
loss("klDiv", F.kl_div, [LOGS, PARTS], reductions=KL)
loss("klDiv", F.kl_div, [LOGS, F.log_softmax(draw(3, 4, seed=1), 1).detach().requires_grad_()], logTarget=True, reductions=KL)
loss("klDiv", F.kl_div, [LOGS, torch.eye(3, 4)])
COUNTS = torch.tensor([[0.0, 1], [2, 3], [7, 1]])
RATES = draw(3, 2, low=0.1, high=4)
loss("poissonNllLoss", F.poisson_nll_loss, [X, COUNTS])
loss("poissonNllLoss", F.poisson_nll_loss, [X, COUNTS], full=True)
loss("poissonNllLoss", F.poisson_nll_loss, [RATES, COUNTS], logInput=False, full=True)
GAUSS = F.gaussian_nll_loss
loss("gaussianNllLoss", GAUSS, [X, Y, RATES])
loss("gaussianNllLoss", GAUSS, [X, Y, draw(3, 1, low=0.1, high=4)], full=True)
loss("gaussianNllLoss", GAUSS, [X, Y, draw(3, low=0.1, high=4)])
loss("gaussianNllLoss", GAUSS, [X, Y, torch.zeros(3, 2, requires_grad=True)], edge=True, eps=0.1, reductions=["none"])

loss("hingeEmbeddingLoss", F.hinge_embedding_loss, [X, SIGNS])
loss("hingeEmbeddingLoss", F.hinge_embedding_loss, [X, SIGNS], margin=2.5)
loss("marginRankingLoss", F.margin_ranking_loss, [X, Y, SIGNS])
loss("marginRankingLoss", F.margin_ranking_loss, [X, Y, SIGNS], margin=1.5)
A, B, C = draw(4, 3), draw(4, 3, seed=1), draw(4, 3, seed=2)
loss("cosineEmbeddingLoss", F.cosine_embedding_loss, [A, B, torch.tensor([1.0, -1, 1, -1])])
loss("cosineEmbeddingLoss", F.cosine_embedding_loss, [A, B, torch.tensor([1.0, -1, 1, -1])], margin=0.3)
loss("tripletMarginLoss", F.triplet_margin_loss, [A, B, C])
loss("tripletMarginLoss", F.triplet_margin_loss, [A, B, C], margin=2, p=1, swap=True)

(HERE / "functional.json").write_text(json.dumps({"torch": torch.__version__, "cases": cases}, separators=(",", ":")) + "\n")

# ---- Same seed, same numbers

torch.set_default_dtype(torch.float32)


def seeded(seed, make):
    torch.manual_seed(seed)
    return [{"shape": list(t.shape), "data": [float(str(x)) for x in t.detach().flatten().numpy()]} for t in make()]


def parameters(module):
    return lambda: list(module().parameters())


def initialised(shape, function, *args, **options):
    return lambda: [function(torch.empty(shape), *args, **options)]


def chain():
    """Layers and dropout masks from one generator."""
    model = nn.Sequential(nn.Linear(4, 8), nn.ReLU(), nn.Dropout(0.3), nn.Linear(8, 2))
    return [*model.parameters(), model(torch.ones(3, 4)), model.eval()(torch.ones(3, 4))]


seeds = {
    "Linear(3, 4)": seeded(0, parameters(lambda: nn.Linear(3, 4))),
    "Linear(20, 30)": seeded(7, parameters(lambda: nn.Linear(20, 30))),
    "Linear(3, 4, bias=False)": seeded(1, parameters(lambda: nn.Linear(3, 4, bias=False))),
    "Conv1d(3, 4, 5)": seeded(0, parameters(lambda: nn.Conv1d(3, 4, 5))),
    "Conv2d(4, 6, [3, 2], groups=2)": seeded(1, parameters(lambda: nn.Conv2d(4, 6, (3, 2), groups=2))),
    "Conv3d(2, 3, 2, bias=False)": seeded(2, parameters(lambda: nn.Conv3d(2, 3, 2, bias=False))),
    "ConvTranspose1d(3, 4, 5)": seeded(3, parameters(lambda: nn.ConvTranspose1d(3, 4, 5))),
    "ConvTranspose2d(4, 6, 3, groups=2)": seeded(4, parameters(lambda: nn.ConvTranspose2d(4, 6, 3, groups=2))),
    "ConvTranspose3d(2, 3, 2)": seeded(5, parameters(lambda: nn.ConvTranspose3d(2, 3, 2))),
    "Bilinear(2, 3, 4)": seeded(0, parameters(lambda: nn.Bilinear(2, 3, 4))),
    "Embedding(5, 3)": seeded(0, parameters(lambda: nn.Embedding(5, 3))),
    "Embedding(10, 4, paddingIdx=2)": seeded(3, parameters(lambda: nn.Embedding(10, 4, padding_idx=2))),
    "chain": seeded(0, chain),
    "dropout(0.5)": seeded(0, lambda: [F.dropout(torch.ones(40), 0.5)]),
    "dropout(0.1)": seeded(1, lambda: [F.dropout(torch.ones(5, 8), 0.1)]),
    "featureDropout(0.4)": seeded(2, lambda: [F.dropout2d(torch.ones(3, 4, 2, 2), 0.4)]),
    "dropout1d(0.4)": seeded(3, lambda: [F.dropout1d(torch.ones(3, 4, 5), 0.4)]),
    "dropout3d(0.4)": seeded(4, lambda: [F.dropout3d(torch.ones(5, 2, 1, 2), 0.4)]),
    "alphaDropout(0.3)": seeded(5, lambda: [F.alpha_dropout(torch.ones(4, 5), 0.3, training=True)]),
    "featureAlphaDropout(0.3)": seeded(6, lambda: [F.feature_alpha_dropout(torch.ones(3, 4, 2), 0.3, training=True)]),
    "gumbelSoftmax": seeded(0, lambda: [F.gumbel_softmax(torch.arange(12.0).reshape(3, 4) / 4, tau=0.7)]),
    "gumbelSoftmax hard": seeded(0, lambda: [F.gumbel_softmax(torch.arange(12.0).reshape(3, 4) / 4, hard=True)]),
    "uniform_": seeded(0, initialised([3, 4], nn.init.uniform_, -2, 3)),
    "normal_": seeded(0, initialised([3, 4], nn.init.normal_, 1, 2)),
    "xavierUniform_": seeded(0, initialised([3, 4], nn.init.xavier_uniform_, 1.5)),
    "xavierNormal_": seeded(0, initialised([3, 4], nn.init.xavier_normal_)),
    "kaimingUniform_": seeded(0, initialised([3, 4, 2], nn.init.kaiming_uniform_)),
    "kaimingUniform_ fanOut": seeded(0, initialised([3, 4, 2], nn.init.kaiming_uniform_, mode="fan_out", nonlinearity="relu")),
    "kaimingNormal_": seeded(0, initialised([3, 4], nn.init.kaiming_normal_, a=0.2)),
    "kaimingNormal_ tanh": seeded(0, initialised([3, 4], nn.init.kaiming_normal_, nonlinearity="tanh")),
    "truncNormal_": seeded(0, initialised([4, 5], nn.init.trunc_normal_, 0.5, 2, -1, 1.5)),
    "orthogonal_ tall": seeded(0, initialised([5, 3], nn.init.orthogonal_)),
    "orthogonal_ wide": seeded(0, initialised([3, 2, 4], nn.init.orthogonal_, 2)),
}
(HERE / "seeds.json").write_text(json.dumps({"torch": torch.__version__, "seeds": seeds}, separators=(",", ":")) + "\n")
