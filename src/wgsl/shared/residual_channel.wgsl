// As residual.wgsl, one channel at a time.
@group(0) @binding(7) var<storage, read> residual: array<f32>;
fn load_residual(n: u32, h: u32, w: u32, k: u32) -> f32 {
  return residual[params.r_offset + n * params.r_image + h * params.r_row + w * params.r_pixel + k];
}
