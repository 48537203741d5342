// SiLU, from its input: s (1 + v (1 - s)), s being its sigmoid. Past 100 either factor of a product is 0 or 1.
fn gradient(v: vec4f, dy: vec4f) -> vec4f {
  let x = clamp(v, vec4f(-100.0), vec4f(100.0));
  let e = exp(-abs(x));
  let s = select(vec4f(1.0), e, x < vec4f(0.0)) / (1.0 + e);
  let rest = select(e, vec4f(1.0), x < vec4f(0.0)) / (1.0 + e);
  return dy * (s * (1.0 + x * rest));
}
