// Weights, a number at a time.
@group(0) @binding(4) var<storage, read> w: array<f32>;
fn w_at(i: u32) -> f32 {
  return w[i];
}
