// As bias.wgsl, one channel at a time.
@group(0) @binding(6) var<storage, read> bias: array<f32>;
fn load_bias(k: u32) -> f32 {
  return bias[k];
}
