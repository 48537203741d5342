// Hyperbolic tangent, from exp of a non-positive number; near zero the quotient would cancel, so the odd series is used there.
fn activate(v: vec4f) -> vec4f {
  let a = abs(v);
  let e = exp(-2.0 * a);
  let s = v * v;
  let series = a * (1.0 + s * (-1.0 / 3.0 + s * (2.0 / 15.0 + s * (-17.0 / 315.0 + s * (62.0 / 2835.0)))));
  let t = select((1.0 - e) / (1.0 + e), series, a < vec4f(0.25));
  return select(t, -t, v < vec4f(0.0));
}
