// The logarithm of softmax. `below` is a channel's distance from the largest.
fn share(below: vec4f, sum: f32) -> vec4f {
  return below - log(sum);
}
