// Layer norm over the channels: y = (x - mean) / sqrt(variance + eps) * gamma + beta, both of the pixel itself. The variance is
// summed from differences: the mean of the squares less the square of the mean would cancel. One invocation: one pixel.
struct Params {
  count: u32, height: u32, width: u32, quads: u32, channels: u32, eps: f32,
  x_offset: u32, x_image: u32, x_row: u32, x_pixel: u32, y_offset: u32, y_image: u32, y_row: u32, y_pixel: u32,
}
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> y: array<vec4f>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = linear_index(id, groups, 64u);
  if (i >= params.count) { return; }
  let w = i % params.width;
  let h = (i / params.width) % params.height;
  let n = i / (params.width * params.height);
  let from_x = (params.x_offset + n * params.x_image + h * params.x_row + w * params.x_pixel) / 4u;
  let from_y = (params.y_offset + n * params.y_image + h * params.y_row + w * params.y_pixel) / 4u;
  var sums = vec4f(0.0);
  for (var quad = 0u; quad < params.quads; quad++) { sums += x[from_x + quad]; }
  let mean = (sums.x + sums.y + sums.z + sums.w) / f32(params.channels);
  var squares = vec4f(0.0);
  for (var quad = 0u; quad < params.quads; quad++) { squares += squared(x[from_x + quad] - mean, quad); }
  let variance = (squares.x + squares.y + squares.z + squares.w) / f32(params.channels);
  let scale = inverseSqrt(variance + params.eps);
  for (var quad = 0u; quad < params.quads; quad++) { y[from_y + quad] = scale_shift((x[from_x + quad] - mean) * scale, quad); }
}
