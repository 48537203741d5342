// None, ReLU and ReLU6: what lies outside [low, high] becomes the bound. Comparisons, unlike min and max, keep a NaN.
fn activate(v: vec4f) -> vec4f {
  return select(select(v, vec4f(params.high), v > vec4f(params.high)), vec4f(params.low), v < vec4f(params.low));
}
