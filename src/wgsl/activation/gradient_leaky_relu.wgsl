// Leaky ReLU, from its input, or from its result where the slope is positive: the signs are the same.
fn gradient(v: vec4f, dy: vec4f) -> vec4f {
  return select(dy * params.slope, dy, v > vec4f(0.0));
}
