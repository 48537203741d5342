// y[n, (c*H + h)*W + w] = x[n,h,w,c]. One invocation: one float of y, its padding included.
struct Params {
  count: u32, features: u32, written: u32, height: u32, width: u32,
  x_offset: u32, x_image: u32, x_row: u32, x_pixel: u32, y_offset: u32, y_image: u32,
}
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read_write> y: array<f32>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = linear_index(id, groups, 64u);
  if (i >= params.count) { return; }
  let f = i % params.written;
  let n = i / params.written;
  let w = f % params.width;
  let h = (f / params.width) % params.height;
  let c = f / (params.width * params.height);
  var value = 0.0;
  if (f < params.features) {
    value = x[params.x_offset + n * params.x_image + h * params.x_row + w * params.x_pixel + c];
  }
  y[params.y_offset + n * params.y_image + f] = value;
}
