// An activation into NCHW without gaps, for the caller or for an operator that counts elements in PyTorch's order.
struct Params {
  count: u32, channels: u32, height: u32, width: u32,
  x_offset: u32, x_image: u32, x_row: u32, x_pixel: u32,
}
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read_write> y: array<f32>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = linear_index(id, groups, 64u);
  if (i >= params.count) { return; }
  let w = i % params.width;
  let h = (i / params.width) % params.height;
  let c = (i / (params.width * params.height)) % params.channels;
  let n = i / (params.width * params.height * params.channels);
  y[i] = x[params.x_offset + n * params.x_image + h * params.x_row + w * params.x_pixel + c];
}
