// Some of an image's channels, copied. One invocation: one channel of a pixel.
struct Params {
  count: u32, height: u32, width: u32, channels: u32, written: u32, first: u32,
  x_offset: u32, x_image: u32, x_row: u32, x_pixel: u32, y_offset: u32, y_image: u32, y_row: u32, y_pixel: u32,
}
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read_write> y: array<f32>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = linear_index(id, groups, 64u);
  if (i >= params.count) { return; }
  let c = i % params.written;
  let w = (i / params.written) % params.width;
  let h = (i / (params.written * params.width)) % params.height;
  let n = i / (params.written * params.width * params.height);
  var value = 0.0;
  if (c < params.channels) {
    value = x[params.x_offset + n * params.x_image + h * params.x_row + w * params.x_pixel + params.first + c];
  }
  y[params.y_offset + n * params.y_image + h * params.y_row + w * params.y_pixel + c] = value;
}
