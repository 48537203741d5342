// An activation of the output's shape, added before the activation function (He et al. 2015, figure 2).
@group(0) @binding(7) var<storage, read> residual: array<vec4f>;
fn load_residual(n: u32, h: u32, w: u32, k: u32) -> vec4f {
  return residual[(params.r_offset + n * params.r_image + h * params.r_row + w * params.r_pixel + k) / 4u];
}
