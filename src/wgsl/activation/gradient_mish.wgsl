// Mish, from its input: t + v s (1 - t t), t being the tangent and s the logistic function. With e = exp(-|v|) and D the
// denominator of t, e e + 2 e + 2 below zero and 1 + 2 e + 2 e e above, 1 - t t is 4 (1 + e)^2 / D^2, above times e e.
fn gradient(v: vec4f, dy: vec4f) -> vec4f {
  let x = clamp(v, vec4f(-100.0), vec4f(100.0));
  let negative = x < vec4f(0.0);
  let e = exp(-abs(x));
  let below = e * (e + 2.0);
  let above = 1.0 + 2.0 * e;
  let whole = select(above + 2.0 * e * e, below + 2.0, negative);
  let tangent = select(above, below, negative) / whole;
  let half = select(2.0 * e, vec4f(2.0), negative) * (1.0 + e) / whole;
  let logistic = select(vec4f(1.0), e, negative) / (1.0 + e);
  return dy * (tangent + x * logistic * (half * half));
}
