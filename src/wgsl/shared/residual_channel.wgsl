// As residual.wgsl, one channel at a time.
@group(0) @binding(7) var<storage, read> residual: array<f32>;
fn load_residual(at: Place) -> f32 {
  return f32(residual[address(params.residual, at)]);
}
