// s(x) - t, of the logistic function s.
fn slope(x: vec4f, t: vec4f) -> vec4f {
  let small = exp(-abs(x));
  return select(vec4f(1.0), small, x < vec4f(0.0)) / (1.0 + small) - t;
}
