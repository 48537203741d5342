// ReLU6, from its result: both ends count as cut off.
fn gradient(y: vec4f, dy: vec4f) -> vec4f {
  return select(dy, vec4f(0.0), (y <= vec4f(0.0)) | (y >= vec4f(6.0)));
}
