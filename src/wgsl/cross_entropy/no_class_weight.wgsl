// Stands in for class_weight.wgsl where all classes weigh the same.
fn class_weight(c: u32) -> f32 {
  return 1.0;
}

fn class_weights(c: u32) -> vec4f {
  return vec4f(1.0);
}
