// The square of the difference.
fn term(x: vec4f, t: vec4f) -> vec4f {
  return (x - t) * (x - t);
}
