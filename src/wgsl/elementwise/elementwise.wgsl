// y = activate(a OP b), each operand with strides of its own: a stride of 0 repeats it. One invocation: four channels.
struct Params {
  count: u32, channels: u32, height: u32, width: u32, quads: u32,
  a_offset: u32, a_image: u32, a_channel: u32, a_row: u32, a_pixel: u32,
  b_offset: u32, b_image: u32, b_channel: u32, b_row: u32, b_pixel: u32,
  y_offset: u32, y_image: u32, y_row: u32, y_pixel: u32, low: f32, high: f32,
}
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> a: array<f32>;
@group(0) @binding(2) var<storage, read> b: array<f32>;
@group(0) @binding(3) var<storage, read_write> y: array<vec4f>;
override OPERATION: u32;  // 0 add, 1 multiply

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = linear_index(id, groups, 64u);
  if (i >= params.count) { return; }
  let c0 = (i % params.quads) * 4u;
  let w = (i / params.quads) % params.width;
  let h = (i / (params.quads * params.width)) % params.height;
  let n = i / (params.quads * params.width * params.height);
  let a0 = params.a_offset + n * params.a_image + h * params.a_row + w * params.a_pixel;
  let b0 = params.b_offset + n * params.b_image + h * params.b_row + w * params.b_pixel;
  var value = vec4f(0.0);
  for (var lane = 0u; lane < 4u; lane++) {
    let c = min(c0 + lane, params.channels - 1u);
    let left = a[a0 + c * params.a_channel];
    let right = b[b0 + c * params.b_channel];
    value[lane] = select(left + right, left * right, OPERATION == 1u);
  }
  let keep = vec4u(c0, c0 + 1u, c0 + 2u, c0 + 3u) < vec4u(params.channels);
  y[(params.y_offset + n * params.y_image + h * params.y_row + w * params.y_pixel + c0) / 4u] =
    select(vec4f(0.0), activate(value), keep);
}
