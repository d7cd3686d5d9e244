/** A polynomial by Horner's rule, constant first. */
function polynomial(x: string, coefficients: readonly number[]): string {
  const text = coefficients.map((value) => (Number.isInteger(value) ? value.toFixed(1) : String(value)))
  return text.reduceRight((rest, value) => `fma(${rest}, ${x}, ${value})`)
}

// Fitted by Chebyshev interpolation to double-precision values; relative errors below 6e-8 on the ranges given.
/** erf(x) / x - 1 in x^2 for |x| < 1. */
const ERF = [
  0.1283791671, -0.3761263889, 0.1128379131, -0.02686613362, 0.005223785, -0.0008542670426, 0.0001195694519,
  -1.391169116e-5, 1.059525065e-6,
]
/** exp(x^2) erfc(x) (x + 2) in (x - 2) / (x + 2) for x >= 1/2. */
const ERFC_SCALED = [
  1.021582706, -0.6871606282, 0.2794720426, -0.03644411224, -0.02150945383, 0.006496523136, 0.003078050006,
  -0.0008996544359, -0.0006097867711, 0.000121435868, 6.246627406e-5,
]
/** lgamma(x) / ((x - 1) (x - 2)) in x - 1.5 for 0.7 <= x <= 2.5. */
const LGAMMA_MIDDLE = [
  0.4831289518, -0.1459598328, 0.06291122282, -0.0313109658, 0.01680147542, -0.009398443814, 0.005405063129,
  -0.003334598092, 0.002108714839, -0.0009210682351, 0.0002972244961, -0.0005992452432, 0.0006890838343,
  -0.0002404250567,
]
/** digamma over the distance from its positive zero, to a distance of 1/2. */
const DIGAMMA_ROOT = [
  0.9676722529, -0.4427633136, 0.2584983204, -0.1639324909, 0.1078663452, -0.07240699842, 0.04840263301, -0.03141983584,
  0.02383232317, -0.02172191202, 0.01107346185,
]
/** atan(x) / x in x^2 for |x| <= tan(pi / 8). */
const ATAN = [0.9999999994, -0.3333330747, 0.1999820978, -0.1423996392, 0.105726721, -0.06032872934]

/** 2 / pi in words of 32 bits after the point, for reducing angles of any size. */
const TWO_OVER_PI = [
  0xa2f9_836e, 0x4e44_1529, 0xfc27_57d1, 0xf534_ddc0, 0xdb62_9599, 0x3c43_9041, 0xfe51_63ab, 0xdebb_c561,
]

/**
 * Functions that kernels may call. WGSL's own leave much open (sin may be off by 2^-11, atan by 4096 units, NaN and infinity
 * may be assumed away): these hold a few units of the last place, and test NaN by its bits.
 */
const functions: { readonly [name: string]: string } = {
  infinity: `fn infinity() -> f32 { return bitcast<f32>(words[0].x); }`,
  notANumber: `fn notANumber() -> f32 { return bitcast<f32>(words[0].x | 0x400000); }`,
  isNaN: `fn isNaN(x: f32) -> bool { return (bitcast<u32>(x) & 0x7fffffffu) > 0x7f800000u; }`,
  isInfinite: `fn isInfinite(x: f32) -> bool { return (bitcast<u32>(x) & 0x7fffffffu) == 0x7f800000u; }`,
  isNegative: `fn isNegative(x: f32) -> bool { return (bitcast<u32>(x) >> 31u) == 1u; }`,
  // By its bits: drivers say that NaN != 0 is false, and take numbers below the smallest normal one for 0.
  isTrue: `fn isTrue(x: f32) -> bool { return (bitcast<u32>(x) & 0x7fffffffu) != 0u; }`,
  differ: `fn differ(a: f32, b: f32) -> bool { return isNaN(a) || isNaN(b) || a != b; }`,
  signOf: `fn signOf(x: f32, y: f32) -> f32 {
  return bitcast<f32>((bitcast<u32>(x) & 0x7fffffffu) | (bitcast<u32>(y) & 0x80000000u));
}`,
  twoTo: `fn twoTo(n: i32) -> f32 { return bitcast<f32>((n + 127) << 23u); }`,
  scaled: `fn scaled(x: f32, n: i32) -> f32 { return x * twoTo(n / 2) * twoTo(n - n / 2); }`,
  larger: `fn larger(a: f32, b: f32) -> f32 { return select(b, a, a > b || isNaN(a)); }`,
  smaller: `fn smaller(a: f32, b: f32) -> f32 { return select(b, a, a < b || isNaN(a)); }`,
  signum: `fn signum(x: f32) -> f32 { return f32(x > 0.0) - f32(x < 0.0); }`,

  // exp(x) = 2^k exp(r), |r| <= ln(2) / 2.
  expOfRest: `fn expOfRest(r: f32) -> f32 {
  return ${polynomial('r', [1, 1, 1 / 2, 1 / 6, 1 / 24, 1 / 120, 1 / 720, 1 / 5040])};
}`,
  exponential: `fn exponential(x: f32) -> f32 {
  if (isNaN(x)) { return x; }
  let y = clamp(x, -104.0, 89.0);
  let k = round(y * 1.44269504);
  let r = (y - k * 0.693359375) - k * -2.12194440e-4;
  return scaled(expOfRest(r), i32(k));
}`,
  exponential2: `fn exponential2(x: f32) -> f32 {
  if (isNaN(x)) { return x; }
  let y = clamp(x, -151.0, 129.0);
  let k = round(y);
  return scaled(expOfRest((y - k) * 0.69314718), i32(k));
}`,
  exponentialMinus1: `fn exponentialMinus1(x: f32) -> f32 {
  if (abs(x) < 0.35) {
    return x * ${polynomial('x', [1, 1 / 2, 1 / 6, 1 / 24, 1 / 120, 1 / 720, 1 / 5040, 1 / 40320])};
  }
  return exponential(x) - 1.0;
}`,
  // With s = x / (2 + x): log(1 + x) = 2 (s + s^3 / 3 + s^5 / 5 + ...).
  logarithmNear1: `fn logarithmNear1(x: f32) -> f32 {
  let s = x / (2.0 + x);
  let q = s * s;
  return 2.0 * s * ${polynomial('q', [1, 1 / 3, 1 / 5, 1 / 7, 1 / 9, 1 / 11])};
}`,
  logarithm1p: `fn logarithm1p(x: f32) -> f32 {
  if (abs(x) < 0.5) { return logarithmNear1(x); }
  return logarithm(1.0 + x);
}`,
  // The exponent, and the mantissa less 1, between sqrt(1/2) and sqrt(2).
  parts: `fn parts(x: f32) -> vec2f {
  let bits = bitcast<i32>(x);
  let exponent = ((bits - 0x3f3504f3) >> 23u);
  return vec2f(f32(exponent), bitcast<f32>(bits - (exponent << 23u)) - 1.0);
}`,
  logarithmSpecial: `fn logarithmSpecial(x: f32) -> f32 {
  if (x == 0.0) { return -infinity(); }
  return select(x, notANumber(), x < 0.0);
}`,
  logarithm: `fn logarithm(x: f32) -> f32 {
  if (!(x > 0.0) || isInfinite(x)) { return logarithmSpecial(x); }
  let p = parts(x);
  return fma(p.x, 0.693359375, fma(p.x, -2.12194440e-4, logarithmNear1(p.y)));
}`,
  logarithm2: `fn logarithm2(x: f32) -> f32 {
  if (!(x > 0.0) || isInfinite(x)) { return logarithmSpecial(x); }
  let p = parts(x);
  return p.x + logarithmNear1(p.y) * 1.44269504;
}`,
  logarithm10: `fn logarithm10(x: f32) -> f32 {
  if (!(x > 0.0) || isInfinite(x)) { return logarithmSpecial(x); }
  let p = parts(x);
  return fma(p.x, 0.301029996, logarithmNear1(p.y) * 0.434294482);
}`,

  // The high word of a product of words.
  highWord: `fn highWord(a: u32, b: u32) -> u32 {
  let low = (a & 0xffffu) * (b & 0xffffu);
  let m1 = (a >> 16u) * (b & 0xffffu) + (low >> 16u);
  let m2 = (a & 0xffffu) * (b >> 16u) + (m1 & 0xffffu);
  return (a >> 16u) * (b >> 16u) + (m1 >> 16u) + (m2 >> 16u);
}`,
  // The 32 bits of 2 / pi that begin `at` bits after the point.
  twoOverPiAt: `const TWO_OVER_PI = array<u32, ${TWO_OVER_PI.length}>(${TWO_OVER_PI.map((value) => `${value}u`).join(', ')});
fn twoOverPiAt(at: i32) -> u32 {
  if (at <= -32) { return 0u; }
  let start = at + 32;
  let which = start / 32 - 1;
  let shift = u32(start % 32);
  var table = TWO_OVER_PI;
  let first = select(table[max(which, 0)], 0u, which < 0);
  if (shift == 0u) { return first; }
  return (first << shift) | (table[which + 1] >> (32u - shift));
}`,
  // x less the nearest multiple of pi / 2, and that multiple modulo 4 (Payne and Hanek's reduction for large x).
  quarterTurns: `fn quarterTurns(x: f32) -> vec2f {
  let size = abs(x);
  if (size < 1000.0) {
    let k = round(x * 0.636619772);
    let r = ((x - k * 1.5703125) - k * 4.837512969970703e-4) - k * 7.549789954891882e-8;
    return vec2f(r, f32(i32(k) & 3));
  }
  let bits = bitcast<u32>(size);
  let mantissa = (bits & 0x7fffffu) | 0x800000u;
  let exponent = i32(bits >> 23u) - 150;
  // mantissa * 2^exponent * 2/pi modulo 4: bits of 2/pi above 2^2 / 2^(24 + exponent) cannot matter.
  let at = exponent - 2;
  let w0 = twoOverPiAt(at);
  let w1 = twoOverPiAt(at + 32);
  let w2 = twoOverPiAt(at + 64);
  let low = mantissa * w1 + highWord(mantissa, w2);
  let carry = select(0u, 1u, low < mantissa * w1);
  let high = mantissa * w0 + highWord(mantissa, w1) + carry;
  // high has 2 whole bits, then the fraction; low continues it.
  let turns = high >> 30u;
  let fraction = (high << 2u) | (low >> 30u);
  let up = fraction >> 31u;
  let signed = bitcast<i32>(fraction);
  let rest = fma(f32(signed), 2.3283064365386963e-10, f32((low << 2u) >> 8u) * 1.3877787807814457e-17);
  let angle = rest * 1.57079633;
  let k = f32((turns + up) & 3u);
  if (x < 0.0) { return vec2f(-angle, f32((4u - u32(k)) & 3u)); }
  return vec2f(angle, k);
}`,
  sineNear0: `fn sineNear0(r: f32) -> f32 {
  let q = r * r;
  return fma(r * q, ${polynomial('q', [-1 / 6, 1 / 120, -1 / 5040, 1 / 362880])}, r);
}`,
  cosineNear0: `fn cosineNear0(r: f32) -> f32 {
  let q = r * r;
  return ${polynomial('q', [1, -1 / 2, 1 / 24, -1 / 720, 1 / 40320, -1 / 3628800])};
}`,
  sineOf: `fn sineOf(turned: vec2f) -> f32 {
  let k = i32(turned.y);
  let value = select(sineNear0(turned.x), cosineNear0(turned.x), (k & 1) == 1);
  return select(value, -value, k >= 2);
}`,
  sine: `fn sine(x: f32) -> f32 {
  if (isNaN(x) || isInfinite(x)) { return notANumber(); }
  if (x == 0.0) { return x; }
  return sineOf(quarterTurns(x));
}`,
  cosine: `fn cosine(x: f32) -> f32 {
  if (isNaN(x) || isInfinite(x)) { return notANumber(); }
  let turned = quarterTurns(x);
  return sineOf(vec2f(turned.x, f32((i32(turned.y) + 1) & 3)));
}`,
  tangent: `fn tangent(x: f32) -> f32 {
  if (isNaN(x) || isInfinite(x)) { return notANumber(); }
  if (x == 0.0) { return x; }
  let turned = quarterTurns(x);
  let ratio = sineNear0(turned.x) / cosineNear0(turned.x);
  return select(ratio, -1.0 / ratio, (i32(turned.y) & 1) == 1);
}`,
  arcTangentPositive: `fn arcTangentPositive(x: f32) -> f32 {
  if (isInfinite(x)) { return 1.57079633; }
  var y = x;
  var start = 0.0;
  if (x > 2.41421356) { y = -1.0 / x; start = 1.57079633; }
  else if (x > 0.41421356) { y = (x - 1.0) / (x + 1.0); start = 0.785398163; }
  let q = y * y;
  return start + y * ${polynomial('q', ATAN)};
}`,
  arcTangent: `fn arcTangent(x: f32) -> f32 {
  if (isNaN(x)) { return x; }
  return signOf(arcTangentPositive(abs(x)), x);
}`,
  arcTangent2: `fn arcTangent2(y: f32, x: f32) -> f32 {
  if (isNaN(x) || isNaN(y)) { return notANumber(); }
  let both = isInfinite(x) && isInfinite(y);
  var angle = 0.0;
  if (both) { angle = 0.785398163; }
  else if (y != 0.0) {
    angle = select(arcTangentPositive(abs(y) / abs(x)), 1.57079633, x == 0.0);
  }
  return signOf(select(angle, 3.14159265 - angle, isNegative(x)), y);
}`,
  arcSine: `fn arcSine(x: f32) -> f32 {
  if (!(abs(x) <= 1.0)) { return notANumber(); }
  return arcTangent2(x, sqrt((1.0 - x) * (1.0 + x)));
}`,
  arcCosine: `fn arcCosine(x: f32) -> f32 {
  if (!(abs(x) <= 1.0)) { return notANumber(); }
  return arcTangent2(sqrt((1.0 - x) * (1.0 + x)), x);
}`,
  hyperbolicSine: `fn hyperbolicSine(x: f32) -> f32 {
  let size = abs(x);
  if (size > 20.0) {
    let half = exponential(0.5 * size);
    return signOf(half * (0.5 * half), x);
  }
  let e = exponentialMinus1(size);
  return signOf(0.5 * (e + e / (e + 1.0)), x);
}`,
  hyperbolicCosine: `fn hyperbolicCosine(x: f32) -> f32 {
  let half = exponential(0.5 * abs(x));
  if (abs(x) > 20.0) { return half * (0.5 * half); }
  let e = exponential(abs(x));
  return 0.5 * (e + 1.0 / e);
}`,
  hyperbolicTangent: `fn hyperbolicTangent(x: f32) -> f32 {
  if (isNaN(x)) { return x; }
  let e = exponentialMinus1(-2.0 * abs(x));
  return signOf(-e / (e + 2.0), x);
}`,
  areaSine: `fn areaSine(x: f32) -> f32 {
  let size = abs(x);
  if (isNaN(x) || isInfinite(x)) { return x; }
  if (size > 4096.0) { return signOf(logarithm(size) + 0.69314718, x); }
  return signOf(logarithm1p(size + size * size / (1.0 + sqrt(1.0 + size * size))), x);
}`,
  areaCosine: `fn areaCosine(x: f32) -> f32 {
  if (!(x >= 1.0)) { return notANumber(); }
  if (x > 4096.0) { return logarithm(x) + 0.69314718; }
  let t = x - 1.0;
  return logarithm1p(t + sqrt(t * (t + 2.0)));
}`,
  areaTangent: `fn areaTangent(x: f32) -> f32 {
  let size = abs(x);
  if (!(size <= 1.0)) { return notANumber(); }
  if (size == 1.0) { return signOf(infinity(), x); }
  return signOf(0.5 * logarithm1p(2.0 * size / (1.0 - size)), x);
}`,
  logistic: `fn logistic(x: f32) -> f32 {
  let e = exponential(-abs(x));
  return select(1.0, e, x < 0.0) / (1.0 + e);
}`,
  softplus: `fn softplus(x: f32) -> f32 { return max(x, 0.0) + logarithm1p(exponential(-abs(x))); }`,

  // exp(-x^2) with the square in two parts, so that its rounding does not grow with x.
  gaussian: `fn gaussian(x: f32) -> f32 {
  let high = bitcast<f32>(bitcast<u32>(x) & 0xfffff000u);
  return exponential(-high * high) * exponential(-(x - high) * (x + high));
}`,
  errorComplementOfLarge: `fn errorComplementOfLarge(x: f32) -> f32 {
  if (x > 10.1) { return 0.0; }
  let t = (x - 2.0) / (x + 2.0);
  return gaussian(x) / (x + 2.0) * ${polynomial('t', ERFC_SCALED)};
}`,
  errorFunction: `fn errorFunction(x: f32) -> f32 {
  if (isNaN(x)) { return x; }
  let size = abs(x);
  if (size < 1.0) {
    let q = x * x;
    return x + x * ${polynomial('q', ERF)};
  }
  return signOf(1.0 - errorComplementOfLarge(size), x);
}`,
  errorComplement: `fn errorComplement(x: f32) -> f32 {
  if (x >= 0.5) { return errorComplementOfLarge(x); }
  return 1.0 - errorFunction(x);
}`,
  // Winitzki's start, then Halley's steps; near 1 against erfc.
  errorInverse: `fn errorInverse(y: f32) -> f32 {
  let size = abs(y);
  if (!(size < 1.0)) { return select(notANumber(), signOf(infinity(), y), size == 1.0); }
  if (size < 1e-4) { return y * 0.886226925; }
  let logarithmic = logarithm((1.0 - size) * (1.0 + size));
  let half = 4.33074675 + logarithmic / 2.0;
  var x = sqrt(sqrt(half * half - logarithmic / 0.147) - half);
  for (var i = 0; i < 2; i++) {
    let error = select(1.0 - size - errorComplement(x), errorFunction(x) - size, size < 0.5);
    let step = error * 0.886226925 / gaussian(x);
    x -= step / (1.0 + x * step);
  }
  return signOf(x, y);
}`,

  // Stirling's series; x >= 8.
  logGammaOfLarge: `fn logGammaOfLarge(x: f32) -> f32 {
  let q = 1.0 / (x * x);
  return (x - 0.5) * (logarithm(x) - 1.0) + 0.418938533 + ${polynomial('q', [1 / 12, -1 / 360, 1 / 1260])} / x;
}`,
  sineOfPi: `fn sineOfPi(x: f32) -> f32 {
  let k = round(x);
  let rest = abs(x - k);
  let value = select(cosineNear0((0.5 - rest) * 3.14159265), sineNear0(rest * 3.14159265), rest < 0.25);
  return select(value, -value, (x < k) != ((i32(k) & 1) == 1));
}`,
  logGamma: `fn logGamma(x: f32) -> f32 {
  if (isNaN(x)) { return x; }
  if (isInfinite(x) || (x <= 0.0 && x == floor(x))) { return infinity(); }
  if (x < 0.0) { return 1.14472989 - logarithm(abs(sineOfPi(x))) - logGammaOfPositive(1.0 - x); }
  return logGammaOfPositive(x);
}`,
  logGammaOfPositive: `fn logGammaOfPositive(x: f32) -> f32 {
  if (x >= 0.7 && x <= 2.5) {
    let s = x - 1.5;
    return (x - 1.0) * (x - 2.0) * ${polynomial('s', LGAMMA_MIDDLE)};
  }
  if (x < 0.7) {
    let s = x - 0.5;
    return x * (x - 1.0) * ${polynomial('s', LGAMMA_MIDDLE)} - logarithm(x);
  }
  var y = x;
  var factor = 1.0;
  for (; y < 8.0; y += 1.0) { factor *= y; }
  return logGammaOfLarge(y) - logarithm(factor);
}`,
  digammaOfPositive: `fn digammaOfPositive(x: f32) -> f32 {
  var y = x;
  var inverses = 0.0;
  if (x < 1.0) { inverses = 1.0 / x; y += 1.0; }
  let h = (y - 1.4616321) - 1.24381499e-8;
  if (abs(h) < 0.5) { return h * ${polynomial('h', DIGAMMA_ROOT)} - inverses; }
  for (; y < 8.0; y += 1.0) { inverses += 1.0 / y; }
  let q = 1.0 / (y * y);
  return logarithm(y) - 0.5 / y - q * ${polynomial('q', [1 / 12, -1 / 120, 1 / 252])} - inverses;
}`,
  // By reflection: digamma(x) = digamma(1 - x) - pi / tan(pi x).
  digammaFunction: `fn digammaFunction(x: f32) -> f32 {
  if (x == 0.0) { return signOf(infinity(), -x); }
  if (isNaN(x) || (x < 0.0 && (x == floor(x) || isInfinite(x)))) { return notANumber(); }
  if (isInfinite(x)) { return x; }
  if (x > 0.0) { return digammaOfPositive(x); }
  return digammaOfPositive(1.0 - x) - 3.14159265 * sineOfPi(x + 0.5) / sineOfPi(x);
}`,
  trigammaOfPositive: `fn trigammaOfPositive(x: f32) -> f32 {
  var y = x;
  var squares = 0.0;
  for (; y < 8.0; y += 1.0) { squares += 1.0 / (y * y); }
  let q = 1.0 / (y * y);
  return squares + 1.0 / y + 0.5 * q + q / y * ${polynomial('q', [1 / 6, -1 / 30, 1 / 42])};
}`,
  trigammaFunction: `fn trigammaFunction(x: f32) -> f32 {
  if (isNaN(x) || (isInfinite(x) && x < 0.0)) { return notANumber(); }
  if (x <= 0.0 && x == floor(x)) { return infinity(); }
  if (isInfinite(x)) { return 0.0; }
  if (x > 0.0) { return trigammaOfPositive(x); }
  let ratio = 3.14159265 / sineOfPi(x);
  return ratio * ratio - trigammaOfPositive(1.0 - x);
}`,

  // The exact remainder with the sign of a: the largest halvings of b that fit are taken away.
  remainderOf: `fn remainderOf(a: f32, b: f32) -> f32 {
  if (isNaN(a) || isNaN(b) || isInfinite(a) || b == 0.0) { return notANumber(); }
  if (isInfinite(b)) { return a; }
  let size = abs(b);
  var rest = abs(a);
  loop {
    if (rest < size) { break; }
    let gap = i32(bitcast<u32>(rest) >> 23u) - i32(bitcast<u32>(size) >> 23u);
    var part = scaled(size, gap);
    if (part > rest) { part = scaled(size, gap - 1); }
    rest -= part;
  }
  return signOf(rest, a);
}`,
  remainderDown: `fn remainderDown(a: f32, b: f32) -> f32 {
  let rest = remainderOf(a, b);
  return select(rest, rest + b, rest != 0.0 && (rest < 0.0) != (b < 0.0));
}`,
  quotientDown: `fn quotientDown(a: f32, b: f32) -> f32 {
  if (b == 0.0) { return a / b; }
  let rest = remainderOf(a, b);
  var quotient = (a - rest) / b;
  if (rest != 0.0 && (b < 0.0) != (rest < 0.0)) { quotient -= 1.0; }
  if (quotient == 0.0) { return signOf(0.0, a / b); }
  let whole = floor(quotient);
  return select(whole, whole + 1.0, quotient - whole > 0.5);
}`,
  wholePower: `fn wholePower(a: f32, n: i32) -> f32 {
  var result = 1.0;
  var base = a;
  for (var rest = abs(n); rest > 0; rest >>= 1u) {
    if ((rest & 1) == 1) { result *= base; }
    base *= base;
  }
  return select(result, 1.0 / result, n < 0);
}`,
  // |a|^b for what is no small whole power; the logarithm is taken to base 2 in two parts, of which the whole one is exact.
  powerOf: `fn powerOf(a: f32, b: f32) -> f32 {
  if (b == 0.0 || a == 1.0) { return 1.0; }
  if (isNaN(a) || isNaN(b)) { return notANumber(); }
  let whole = b == trunc(b);
  if (whole && abs(b) <= 64.0) { return wholePower(a, i32(b)); }
  let odd = whole && abs(b) < 16777216.0 && (i32(b) & 1) == 1;
  let size = abs(a);
  if (size == 1.0 && isInfinite(b)) { return 1.0; }
  var result = 0.0;
  if (size == 0.0 || isInfinite(size) || isInfinite(b)) {
    result = select(0.0, infinity(), (size > 1.0) == (b > 0.0));
  } else {
    if (a < 0.0 && !whole) { return notANumber(); }
    let p = parts(size);
    let k = round(p.x * b);
    let rest = clamp(fma(p.x, b, -k) + logarithmNear1(p.y) * 1.44269504 * b, -400.0, 400.0);
    let j = round(rest);
    result = scaled(expOfRest((rest - j) * 0.69314718), clamp(i32(clamp(k, -1e4, 1e4)) + i32(j), -252, 254));
  }
  return select(result, -result, odd && isNegative(a));
}`,
  hypotenuse: `fn hypotenuse(a: f32, b: f32) -> f32 {
  let large = max(abs(a), abs(b));
  let small = min(abs(a), abs(b));
  if (isInfinite(a) || isInfinite(b)) { return infinity(); }
  if (isNaN(a) || isNaN(b)) { return notANumber(); }
  if (large == 0.0) { return 0.0; }
  let ratio = small / large;
  return large * sqrt(fma(ratio, ratio, 1.0));
}`,

  intQuotientDown: `fn intQuotientDown(a: i32, b: i32) -> i32 {
  let quotient = a / b;
  return select(quotient, quotient - 1, a % b != 0 && (a < 0) != (b < 0));
}`,
  intRemainderDown: `fn intRemainderDown(a: i32, b: i32) -> i32 {
  let rest = a % b;
  return select(rest, rest + b, rest != 0 && (rest < 0) != (b < 0));
}`,
  intPower: `fn intPower(a: i32, b: i32) -> i32 {
  if (b < 0) { return select(select(0, select(-1, 1, (b & 1) == 0), a == -1), 1, a == 1); }
  var result = 1;
  var base = a;
  for (var rest = b; rest > 0; rest >>= 1u) {
    if ((rest & 1) == 1) { result *= base; }
    base *= base;
  }
  return result;
}`,
  shiftLeft: `fn shiftLeft(a: i32, b: i32) -> i32 { return select(a << u32(b & 31), 0, b < 0 || b > 31); }`,
  shiftRight: `fn shiftRight(a: i32, b: i32) -> i32 { return a >> u32(select(b, 31, b < 0 || b > 31)); }`,
  toInt: `fn toInt(x: f32) -> i32 {
  if (isNaN(x) || isInfinite(x) || x >= 2147483648.0 || x < -2147483648.0) { return bitcast<i32>(0x80000000u); }
  return i32(x);
}`,

  note: `fn note(number: i32, first: i32, second: i32) {
  if (atomicCompareExchangeWeak(&faults[0], 0, number).exchanged) {
    atomicStore(&faults[1], first);
    atomicStore(&faults[2], second);
  }
}`,
}

const identifiers = /[A-Za-z_][A-Za-z0-9_]*/g

/** The library functions that a text calls, and those that they call, each once. */
export function usedFunctions(text: string): string {
  const used = new Set<string>()
  const visit = (part: string): void => {
    for (const [name] of part.matchAll(identifiers)) {
      const row = name
      const source = Object.hasOwn(functions, row) ? functions[row] : undefined
      if (source === undefined || used.has(source)) continue
      used.add(source)
      visit(source)
    }
  }
  visit(text)
  return [...used].join('\n')
}

/** The library, for tests that compile all of it. */
export const functionNames: readonly string[] = Object.keys(functions)
