// Logistic function, from its result: y (1 - y).
fn gradient(y: vec4f, dy: vec4f) -> vec4f {
  return dy * (y * (1.0 - y));
}
