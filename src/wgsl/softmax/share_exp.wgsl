// Softmax itself: what a channel has of the sum. `below` is its distance from the largest.
fn share(below: vec4f, sum: f32) -> vec4f {
  return exp(below) / sum;
}
