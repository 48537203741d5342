// The derivative of the square of the difference.
fn slope(x: vec4f, t: vec4f) -> vec4f {
  return 2.0 * (x - t);
}
