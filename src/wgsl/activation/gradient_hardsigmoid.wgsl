// Hard sigmoid, from its result: a sixth between its ends.
fn gradient(y: vec4f, dy: vec4f) -> vec4f {
  return select(vec4f(0.0), dy / 6.0, (y > vec4f(0.0)) & (y < vec4f(1.0)));
}
