// Softplus, from its input: the logistic function.
fn gradient(v: vec4f, dy: vec4f) -> vec4f {
  let e = exp(-abs(v));
  return dy * (select(vec4f(1.0), e, v < vec4f(0.0)) / (1.0 + e));
}
