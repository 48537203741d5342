// Leaky ReLU; low holds the slope of the negative side.
fn activate(v: vec4f) -> vec4f {
  return select(v, v * params.low, v < vec4f(0.0));
}
