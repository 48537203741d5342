// ReLU, from its result; a NaN in it lets dy pass, as torch does.
fn gradient(y: vec4f, dy: vec4f) -> vec4f {
  return select(dy, vec4f(0.0), y <= vec4f(0.0));
}
