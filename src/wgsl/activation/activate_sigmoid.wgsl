// Logistic function. exp of a non-positive number only, so that nothing overflows.
fn activate(v: vec4f) -> vec4f {
  let e = exp(-abs(v));
  return select(vec4f(1.0), e, v < vec4f(0.0)) / (1.0 + e);
}
