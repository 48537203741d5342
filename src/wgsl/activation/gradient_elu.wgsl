// ELU, from its result: alpha exp(v) is y + alpha.
fn gradient(y: vec4f, dy: vec4f) -> vec4f {
  return select(dy * (y + params.slope), dy, y > vec4f(0.0));
}
