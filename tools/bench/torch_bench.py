"""The workloads in PyTorch, one thread. Reads 'name<TAB>calls' lines, answers with microseconds per call."""
import sys
import time

import torch
import torch.nn.functional as F

torch.set_num_threads(1)
torch.manual_seed(0)


def million():
    return torch.randn(1_000_000)


def trainer(model, loss, optimizer, x, y):
    def step():
        optimizer.zero_grad()
        loss(model(x), y).backward()
        optimizer.step()

    return step


def tutorial():
    model = torch.nn.Linear(2, 1)
    x, y = torch.randn(99, 2), (torch.rand(99, 1) > 0.5).float()
    return trainer(model, torch.nn.BCEWithLogitsLoss(), torch.optim.SGD(model.parameters(), lr=1e-3), x, y)


def mlp(batch=64):
    layers = [torch.nn.Linear(784, 128), torch.nn.ReLU(), torch.nn.Linear(128, 64), torch.nn.ReLU(), torch.nn.Linear(64, 10)]
    model = torch.nn.Sequential(*layers)
    x, y = torch.randn(batch, 784), torch.randint(10, (batch,))
    return trainer(model, torch.nn.CrossEntropyLoss(), torch.optim.Adam(model.parameters(), lr=1e-3), x, y)


def chain(depth):
    layers = [layer for _ in range(depth) for layer in (torch.nn.Linear(32, 32), torch.nn.ReLU())]
    model = torch.nn.Sequential(*layers)
    return trainer(model, lambda out, _: out.sum(), torch.optim.SGD(model.parameters(), lr=1e-3), torch.randn(16, 32), None)


def optimizer(kind):
    def setup():
        p = million().requires_grad_()
        p.grad = million()
        return kind([p], lr=1e-3).step

    return setup


def product(n):
    def setup():
        a, b = torch.randn(n, n), torch.randn(n, n)
        return lambda: a @ b

    return setup


def convolution(inputs, outputs, size):
    def setup():
        x = torch.randn(32, inputs, size, size, requires_grad=True)
        weight = torch.randn(outputs, inputs, 3, 3, requires_grad=True)
        g = torch.randn(32, outputs, size, size)
        return lambda: torch.autograd.grad(F.conv2d(x, weight, padding=1), (x, weight), g)

    return setup


def add(n):
    def setup():
        a, b = torch.randn(n, requires_grad=True), torch.randn(n)
        return lambda: a + b

    return setup


def forward(f, *makers):
    def setup():
        inputs = [make() for make in makers]

        def call():
            with torch.no_grad():
                return f(*inputs)

        return call

    return setup


square = lambda: torch.randn(1024, 1024)
workloads = {
    "tutorial step, eager": tutorial,
    "tutorial step, compiled": tutorial,
    "add N=4, with tape": add(4),
    "add N=1000, with tape": add(1000),
    "matmul 256": product(256),
    "matmul 512": product(512),
    "matmul 1024": product(1024),
    "add 10^6": forward(torch.add, million, million),
    "sum 10^6": forward(torch.sum, million),
    "SGD 10^6": optimizer(torch.optim.SGD),
    "exp 10^6": forward(torch.exp, million),
    "sigmoid 10^6": forward(torch.sigmoid, million),
    "BCE with logits 10^6": forward(F.binary_cross_entropy_with_logits, million, lambda: torch.rand(1_000_000)),
    "softmax 1024x1024": forward(lambda x: torch.softmax(x, 1), square),
    "layer norm 1024x1024": forward(lambda x: F.layer_norm(x, [1024]), square),
    "Adam 10^6": optimizer(torch.optim.Adam),
    "conv 1->16 28x28, forward+backward": convolution(1, 16, 28),
    "conv 16->32 14x14, forward+backward": convolution(16, 32, 14),
    "MLP 784-128-64-10 step, Adam": mlp,
    "MLP 784-128-64-10 step, Adam, compiled": mlp,
}

# Work that grows: 'growth add=1000'.
families = {
    "growth add": lambda n: forward(torch.add, lambda: torch.randn(n), lambda: torch.randn(n))(),
    "growth batch": mlp,
    "growth depth": chain,
}


def setup(name):
    if name in workloads:
        return workloads[name]()
    family, size = name.split("=")
    return families[family](int(size))


# Seconds in which nothing is timed yet: the allocator learns what the work needs.
WARM_UP = 1

print(torch.__version__, flush=True)
calls_of = {}
for line in sys.stdin:
    name, count = line.rstrip("\n").split("\t")
    if name not in calls_of:
        calls_of[name] = setup(name)
        end = time.perf_counter() + WARM_UP
        calls_of[name]()
        while time.perf_counter() < end:
            calls_of[name]()
    start = time.perf_counter()
    for _ in range(int(count)):
        calls_of[name]()
    print((time.perf_counter() - start) * 1e6 / int(count), flush=True)
