"""Writes golden.json: small matrices and what PyTorch and NumPy make of them.

Only what is unique is recorded: signs of Q and R, pivots, determinants, eigenvalues, singular values, least-norm solutions.
Run: OMP_NUM_THREADS=1 python3 golden.py
"""

import json
import pathlib

import numpy as np
import torch

torch.set_num_threads(1)
generator = np.random.default_rng(7)


def uniform(m, n):
    # Short decimals keep the file readable; they are exact input all the same.
    return np.round(generator.uniform(-2, 2, (m, n)), 3)


matrices = {
    "square 4": uniform(4, 4),
    "tall 5x3": uniform(5, 3),
    "wide 3x5": uniform(3, 5),
    "column 4x1": uniform(4, 1),
    "row 1x4": uniform(1, 4),
    "1x1 negative": np.array([[-3.0]]),
    "upper triangular": np.triu(uniform(4, 4)),
    "negative identity": -np.eye(3),
    "hilbert 6": np.array([[1 / (i + j + 1) for j in range(6)] for i in range(6)]),
    "rank 2 of 4": uniform(4, 2) @ uniform(2, 4),
    "rank 1 wide": np.array([[1.0, 2.0, 3.0], [2.0, 4.0, 6.0]]),
    "rotation": np.array([[0.0, -1.0, 0.0], [1.0, 0.0, 0.0], [0.0, 0.0, 2.0]]),
    "ties in the pivot column": np.array([[1.0, 2.0, 3.0], [-1.0, 4.0, 5.0], [1.0, -6.0, 1.0]]),
    "zero 2x3": np.zeros((2, 3)),
}


def numbers(x):
    return np.asarray(x, dtype=np.float64).reshape(-1).tolist()


def describe(name, a):
    m, n = a.shape
    t = torch.tensor(a, dtype=torch.float64)
    q, r = torch.linalg.qr(t)
    complete_q, complete_r = torch.linalg.qr(t, mode="complete")
    lu, pivots = torch.linalg.lu_factor(t) if m == n else torch.lu(t)
    right = np.round(generator.uniform(-2, 2, (m, 2)), 3)
    row = {
        "name": name,
        "m": m,
        "n": n,
        "a": numbers(a),
        "q": numbers(q),
        "r": numbers(r),
        "completeQ": numbers(complete_q),
        "completeR": numbers(complete_r),
        "lu": numbers(lu),
        "pivots": pivots.tolist(),
        "singularValues": numbers(torch.linalg.svdvals(t)),
        "rank": int(torch.linalg.matrix_rank(t)),
        "pinv": numbers(torch.linalg.pinv(t)),
        "right": numbers(right),
        "lstsq": numbers(torch.linalg.lstsq(t, torch.tensor(right), driver="gelsd").solution),
    }
    if m == n:
        sign, log_abs = torch.linalg.slogdet(t)
        row["det"] = float(torch.linalg.det(t))
        row["slogdet"] = [float(sign), float(log_abs) if np.isfinite(float(log_abs)) else None]
        row["eigvalsh"] = numbers(torch.linalg.eigvalsh(t))
        eigenvalues = sorted(np.linalg.eigvals(a).astype(complex), key=lambda z: (z.real.round(6), z.imag))
        row["eigvals"] = [[z.real, z.imag] for z in eigenvalues]
        row["matrixExp"] = numbers(torch.matrix_exp(t))
    return row


rows = [describe(name, a) for name, a in matrices.items()]
text = "[\n" + ",\n".join(json.dumps(row, separators=(",", ":")) for row in rows) + "\n]\n"
pathlib.Path(__file__).with_name("golden.json").write_text(text)
