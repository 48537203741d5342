// What conv2d_tile.wgsl and conv2d_matrix.wgsl are given, beside weights and what follows the sum: their first lines say the layouts.
struct Params {
  x: Image, y: Image, residual: Image, count: u32, panels: u32, pixels: u32, products: u32, part: u32, length: u32,
  z_from: u32, z_x: u32, z_w: u32, z_y: u32, columns: u32, channels: u32,
  stride_h: u32, stride_w: u32, pad_top: u32, pad_left: u32, dilation_h: u32, dilation_w: u32,
  has_bias: u32, has_residual: u32, low: f32, high: f32,
}
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<vec4f>;
@group(0) @binding(3) var<storage, read_write> y: array<Quad>;
