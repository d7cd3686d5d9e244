"""Prints the coefficients of ../*.ts that are fitted rather than taken from a series. Computed with mpmath at 300 bits.

Each is a polynomial through Chebyshev nodes, so that its error is within a small factor of the least possible.
"""

import mpmath as mp

from special import lgamma_roots

mp.mp.prec = 300


def fit(f, low, high, degree):
    """Monomial coefficients, lowest first, of the interpolant of f at the Chebyshev nodes of [low, high]."""
    n = degree + 1
    centre, radius = (mp.mpf(low) + high) / 2, (mp.mpf(high) - low) / 2
    nodes = [mp.cospi((mp.mpf(k) + 0.5) / n) for k in range(n)]
    rows = mp.matrix(n, n)
    for i, node in enumerate(nodes):
        for j in range(n):
            rows[i, j] = node**j
    scaled = mp.lu_solve(rows, mp.matrix([f(centre + radius * node) for node in nodes]))
    return scaled, centre, radius


def in_x(f, low, high, degree):
    """The same in powers of x itself."""
    scaled, centre, radius = fit(f, low, high, degree)
    out = [mp.mpf(0)] * (degree + 1)
    power = [mp.mpf(1)]
    for c in scaled:
        for j, p in enumerate(power):
            out[j] += c * p
        power = [(power[j - 1] if j > 0 else 0) / radius - (centre / radius * power[j] if j < len(power) else 0) for j in range(len(power) + 1)]
    return out


def worst(f, coefficients, low, high):
    points = [low + (mp.mpf(high) - low) * k / 500 for k in range(501)]
    return max(abs(mp.polyval(coefficients[::-1], x) - f(x)) for x in points)


def show(name, f, low, high, degree):
    coefficients = in_x(f, low, high, degree)
    print(f"// {name}: degree {degree}, error {mp.nstr(worst(f, coefficients, low, high), 3)}")
    print("rest of the first:", float(coefficients[0] - float(coefficients[0])))
    print("[" + ", ".join(repr(float(c)) for c in coefficients) + "]")


def erf_rest(t):
    """erf(x) / x - 1 at t = x^2."""
    if t == 0:
        return 2 / mp.sqrt(mp.pi) - 1
    x = mp.sqrt(t)
    return mp.erf(x) / x - 1


def erfcx_scaled(t):
    """(1 + 2 x) exp(x^2) erfc(x) at x = 4 (1 + t) / (1 - t), t in [-7/9, 3/4]."""
    x = 4 * (1 + t) / (1 - t)
    return (1 + 2 * x) * mp.exp(x * x) * mp.erfc(x)


def lgamma_quotient(x):
    """lgamma(x) / ((x - 1) (x - 2))."""
    return mp.loggamma(x) / ((x - 1) * (x - 2))


if __name__ == "__main__":
    show("erf(x) / x - 1 in x^2, |x| < 1", erf_rest, 0, 1, 13)
    low = (mp.mpf(0.5) - 4) / (mp.mpf(0.5) + 4)
    high = (mp.mpf(28) - 4) / (mp.mpf(28) + 4)
    show("(1 + 2 x) exp(x^2) erfc(x) in (x - 4) / (x + 4), x in [0.5, 28]", erfcx_scaled, low, high, 26)
    for a, b in ((0.75, 1.25), (1.75, 2.25)):
        c = round(a)
        show(f"lgamma(x) / ((x - 1) (x - 2)) in x - {c}", lambda d: lgamma_quotient(c + d + mp.mpf(2) ** -80), a - c, b - c, 18)
    root = mp.findroot(mp.digamma, 1.46)
    print("digamma root", repr(float(root)), repr(float(root - float(root))))
    print("lgamma roots: root, its rest, then the Taylor coefficients of lgamma there")
    for r in lgamma_roots():
        high = float(r)
        print([high, float(r - high), *(float(mp.psi(k, r) / mp.factorial(k + 1)) for k in range(7))], ",")
    show("digamma(root + h) / h", lambda h: mp.digamma(root + h) / h if h != 0 else mp.psi(1, root), mp.mpf(-0.2), mp.mpf(0.2), 15)
