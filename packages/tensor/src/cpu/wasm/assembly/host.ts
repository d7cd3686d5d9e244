// What the host lends: the JavaScript Math functions, for arguments outside a kernel's own range.

@external("env", "sin")
export declare function sin(x: f64): f64

@external("env", "cos")
export declare function cos(x: f64): f64

@external("env", "pow")
export declare function pow(x: f64, y: f64): f64
