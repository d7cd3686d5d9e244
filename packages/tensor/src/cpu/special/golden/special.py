"""Writes special.json: for each function pairs of an argument and the exact value there, correctly rounded to float64.

Computed with mpmath at 500 bits. Numbers are shortest decimals that read back as the same float64; infinities, NaN and -0
are strings, because JSON has none.
"""

import json
import math
import pathlib
import random
from fractions import Fraction

import mpmath as mp

mp.mp.prec = 500
random.seed(1)
TINY = [5e-324, 1e-320, 2.2250738585072014e-308, 1e-300, 1e-160, 1e-100, 1e-30, 1e-20, 1.1102230246251565e-16, 3e-16, 1e-12, 1e-8, 3e-5, 1e-3]
SPECIAL = [0.0, -0.0, math.inf, -math.inf, math.nan]
COUNT = 60


def uniform(low, high, n=COUNT):
    return [random.uniform(low, high) for _ in range(n)]


def spread(low, high, n=COUNT):
    """Points whose exponents are uniform."""
    return [math.exp(random.uniform(math.log(low), math.log(high))) for _ in range(n)]


def both(points):
    return points + [-x for x in points]


def around(centre, n=3):
    """The float64 numbers nearest to a point and others that close in on it."""
    x = float(centre)
    out = [x]
    for direction in (-math.inf, math.inf):
        y = x
        for _ in range(n):
            y = math.nextafter(y, direction)
            out.append(y)
    return out + [x + d for s in (1e-14, 1e-10, 1e-6, 1e-3) for d in (-s, s)]


def rounded(value):
    if isinstance(value, float):
        return value
    if value == 0:
        return 0.0
    if mp.isnan(value):
        return math.nan
    if mp.isinf(value):
        return math.inf if value > 0 else -math.inf
    if abs(mp.mag(value)) > 1100:
        return math.copysign(math.inf if mp.mag(value) > 0 else 0.0, mp.sign(value))
    sign, man, exp, _ = value._mpf_
    q = Fraction(int(man)) * Fraction(2) ** exp
    if q >= Fraction(2) ** 1024 - Fraction(2) ** 970:
        out = math.inf
    else:
        out = float(q)
    return -out if sign else out


def plain(x):
    if math.isnan(x):
        return "NaN"
    if math.isinf(x):
        return "Infinity" if x > 0 else "-Infinity"
    return "-0" if x == 0 and math.copysign(1, x) < 0 else x


def integer(x):
    return x == math.floor(x)


def lgamma(x):
    if x > 0:
        return mp.loggamma(x)
    if integer(x):
        return mp.inf
    return mp.log(mp.pi / abs(mp.sinpi(x))) - mp.loggamma(1 - mp.mpf(x))


def digamma(x):
    if x > 0:
        return mp.digamma(x)
    if integer(x):
        return mp.nan
    return mp.digamma(1 - mp.mpf(x)) - mp.pi * mp.cospi(x) / mp.sinpi(x)


def trigamma(x):
    if x > 0:
        return mp.zeta(2, x) if x < 1e6 else trigamma_large(mp.mpf(x))
    if integer(x):
        return mp.inf
    return (mp.pi / mp.sinpi(x)) ** 2 - trigamma(1 - mp.mpf(x))


def trigamma_large(x):
    return 1 / x + 1 / (2 * x**2) + 1 / (6 * x**3) - 1 / (30 * x**5) + 1 / (42 * x**7) - 1 / (30 * x**9)


def erfinv(y):
    if abs(y) == 1:
        return mp.inf * mp.sign(y)
    y = mp.mpf(y)
    x = mp.erfinv(y)
    for _ in range(3):  # mpmath's own stops short of full precision near 1
        error = mp.erf(x) - y if abs(y) < 0.5 else mp.sign(y) * ((1 - abs(y)) - mp.erfc(abs(x)))
        x -= error * mp.sqrt(mp.pi) / 2 * mp.exp(x * x)
    return x


def sigmoid(x):
    return 1 / (1 + mp.exp(-x))


def softplus(x):
    return mp.log1p(mp.exp(x))


def newton(f, slope, x):
    for _ in range(12):
        x -= f(x) / slope(x)
    return x


def lgamma_roots():
    """Two in each interval (-n - 1, -n) from n = 2 on, closing in on the poles like 1 / n!."""
    guesses = ["-2.457", "-2.747", "-3.143"]
    guesses += [-n - side / mp.factorial(n) for n in range(4, 17) for side in (1, -1)]
    return [newton(lgamma, digamma, mp.mpf(guess)) for guess in guesses]


def digamma_roots():
    negative = [mp.findroot(digamma, (-n - mp.mpf("0.7"), -n - mp.mpf("0.3")), solver="anderson", verify=False) for n in range(8)]
    return [newton(mp.digamma, trigamma, x) for x in [mp.mpf("1.46"), *negative]]


TRIG = both(TINY + uniform(0, 7) + spread(1, 1e308, 60) + around(math.pi / 2) + around(math.pi) + around(3 * math.pi / 4)) + \
    [6381956970095103 * 2.0**797, 1e22, 710.0, 2.0**1023]
EXP = both(TINY + uniform(0, 1) + uniform(0, 708)) + [709.7, 709.782712893384, 709.79, -708.5, -744.0, -745.1, -745.2, -1e3, 1e3]
LOG = TINY + spread(1e-308, 1.7e308) + uniform(0.5, 2) + around(1.0) + [-1.0, -1e-300, 1e308]
HYPERBOLIC = both(TINY + uniform(0, 1.5) + uniform(0, 25) + uniform(0, 710, 40)) + [710.4, 710.475, 711.0, -711.0]
UNIT = both(TINY + uniform(0, 1) + [1 - 10.0**-k for k in range(1, 16)] + around(0.5)) + [1.0, -1.0, 1.5, -1.5]
LINE = both(TINY + spread(1e-10, 1e308, 80) + uniform(0, 3))
STEEP = both(TINY + uniform(0, 2) + uniform(0, 40) + uniform(0, 745, 60)) + [-745.1, -746.0, 709.0, 1e4, -1e4]
GAMMA = TINY + spread(1e-10, 1e305) + uniform(0.2, 4) + uniform(4, 30) + [1.0, 2.0, 3.0, 10.0, 171.5, 1e17] + \
    [-x for x in TINY + uniform(0, 6) + uniform(6, 60, 40) + spread(60, 1e15, 30) + [0.5, 1.5, 2.5, 100.5]] + [-1.0, -2.0, -30.0]
ERF = both(TINY + uniform(0, 1) + uniform(1, 6.2) + spread(1e-10, 1) + around(1.0) + [0.84375, 1.25, 5.9, 6.1, 10.0, 1e300])

CASES = {
    "exp": (mp.exp, EXP), "expm1": (mp.expm1, EXP), "exp2": (lambda x: mp.mpf(2) ** x, both(TINY + uniform(0, 1) + uniform(0, 1023)) + [1023.9999, 1024.0, -1022.5, -1073.3, -1074.9, -1076.0, 5.0, -7.0]),
    "log": (mp.log, LOG), "log2": (lambda x: mp.log(x, 2), LOG + [2.0**k for k in range(-1074, 1024, 97)]), "log10": (mp.log10, LOG + [10.0**k for k in range(-20, 23)]),
    "log1p": (mp.log1p, both(TINY + uniform(0, 1)) + spread(1, 1e308, 60) + [-1 + 2.0**-k for k in range(1, 53, 4)] + [-1.0, -1.5]),
    "sin": (mp.sin, TRIG), "cos": (mp.cos, TRIG), "tan": (mp.tan, TRIG),
    "asin": (mp.asin, UNIT), "acos": (mp.acos, UNIT), "atan": (mp.atan, LINE),
    "sinh": (mp.sinh, HYPERBOLIC), "cosh": (mp.cosh, HYPERBOLIC), "tanh": (mp.tanh, HYPERBOLIC),
    "asinh": (mp.asinh, LINE), "acosh": (mp.acosh, [1 + x for x in TINY] + uniform(1, 2) + spread(1, 1e308) + around(1.0) + [0.5, -3.0]), "atanh": (mp.atanh, UNIT),
    "cbrt": (lambda x: mp.sign(x) * mp.cbrt(abs(x)), both(TINY + spread(1e-300, 1e308) + [8.0, 27.0])),
    "erf": (mp.erf, ERF), "erfc": (lambda x: mp.erfc(max(-40, min(x, 40))), ERF + uniform(6, 26.5) + [26.54, 26.6, 27.0, 27.22, 27.226, 27.3, 40.0]),
    "erfinv": (erfinv, both(TINY + uniform(0, 1) + [1 - 2.0**-k for k in range(1, 54)] + spread(1e-10, 1, 60)) + [1.0, -1.0, 1.5]),
    "lgamma": (lgamma, GAMMA + around(1.0) + around(2.0) + [x for r in lgamma_roots() for x in around(r)]),
    "digamma": (digamma, GAMMA + [x for r in digamma_roots() for x in around(r)]),
    "trigamma": (trigamma, GAMMA),
    "sigmoid": (sigmoid, STEEP), "logSigmoid": (lambda x: -softplus(-mp.mpf(x)), STEEP), "softplus": (softplus, STEEP),
    "logit": (lambda p: mp.log(mp.mpf(p) / (1 - mp.mpf(p))) if p < 1 else mp.inf, TINY + uniform(0, 1) + around(0.5) + [1 - 2.0**-k for k in range(1, 54)] + [1.0, -0.1, 1.1]),
}

# What mpmath cannot say: values at the edges of a domain and beyond.
INF, NAN = math.inf, math.nan
LIMITS = {  # at 0, -0, infinity, -infinity
    "exp": (1, 1, INF, 0.0), "expm1": (0.0, -0.0, INF, -1), "exp2": (1, 1, INF, 0.0), "log": (-INF, -INF, INF, NAN),
    "log2": (-INF, -INF, INF, NAN), "log10": (-INF, -INF, INF, NAN), "log1p": (0.0, -0.0, INF, NAN), "sin": (0.0, -0.0, NAN, NAN),
    "cos": (1, 1, NAN, NAN), "tan": (0.0, -0.0, NAN, NAN), "asin": (0.0, -0.0, NAN, NAN), "acos": (math.pi / 2, math.pi / 2, NAN, NAN),
    "atan": (0.0, -0.0, math.pi / 2, -math.pi / 2), "sinh": (0.0, -0.0, INF, -INF), "cosh": (1, 1, INF, INF), "tanh": (0.0, -0.0, 1, -1),
    "asinh": (0.0, -0.0, INF, -INF), "acosh": (NAN, NAN, INF, NAN), "atanh": (0.0, -0.0, NAN, NAN), "cbrt": (0.0, -0.0, INF, -INF),
    "erf": (0.0, -0.0, 1, -1), "erfc": (1, 1, 0.0, 2), "erfinv": (0.0, -0.0, NAN, NAN), "lgamma": (INF, INF, INF, INF),
    "digamma": (-INF, INF, INF, NAN), "trigamma": (INF, INF, 0.0, NAN), "sigmoid": (0.5, 0.5, 1, 0.0), "logSigmoid": (-math.log(2), -math.log(2), 0.0, -INF),
    "softplus": (math.log(2), math.log(2), INF, 0.0), "logit": (-INF, -INF, NAN, NAN),
}
OUTSIDE = {
    "log": lambda x: x < 0, "log2": lambda x: x < 0, "log10": lambda x: x < 0, "log1p": lambda x: x < -1, "asin": lambda x: abs(x) > 1,
    "acos": lambda x: abs(x) > 1, "acosh": lambda x: x < 1, "atanh": lambda x: abs(x) > 1, "erfinv": lambda x: abs(x) > 1,
    "logit": lambda x: not 0 <= x <= 1,
}
POLES = {("log1p", -1.0): -INF, ("atanh", 1.0): INF, ("atanh", -1.0): -INF}


def value(name, f, x):
    if OUTSIDE.get(name, lambda _: False)(x):
        return NAN
    if (name, x) in POLES:
        return POLES[name, x]
    return rounded(f(mp.mpf(x) if name != "trigamma" or x > 0 else x))


def main():
    table = {}
    for name, (f, points) in CASES.items():
        rows = [[x, value(name, f, x)] for x in dict.fromkeys(points)]
        rows += [[x, float(y)] for x, y in zip(SPECIAL, LIMITS[name])] + [[NAN, NAN]]
        table[name] = [[plain(x), plain(y)] for x, y in rows]
        print(name, len(rows), flush=True)

    BASES = spread(1e-300, 1e300, 120) + uniform(0.5, 2, 120)
    powers = [(a, b) for a in BASES for b in [random.uniform(-1, 1) * 700 / max(1e-3, abs(math.log(a)))]]
    powers += [(a, float(b)) for a in (-2.5, -1.0, 3.0, 10.0, 0.1, 1 + 2**-52, 1 - 2**-53) for b in (2, 3, -1, -3, 0.5, 22, 1e15)]
    table["pow"] = [[a, b, plain(rounded(mp.mpf(a) ** mp.mpf(b)) if a > 0 or b == int(b) else NAN)] for a, b in powers]

    path = pathlib.Path(__file__).with_name("special.json")
    path.write_text("{\n" + ",\n".join(f'"{k}":{json.dumps(v, separators=(",", ":"))}' for k, v in table.items()) + "\n}\n")
    print(path.name, path.stat().st_size, "bytes")


if __name__ == "__main__":
    main()
