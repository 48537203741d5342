// Stands in for bias.wgsl where there is none.
fn load_bias(k: u32) -> vec4f {
  return vec4f(0.0);
}
