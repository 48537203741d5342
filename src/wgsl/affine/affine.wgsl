// y = activate(scale * x + shift) with constants: one pair, or a pair for each of the four channels at `first`.
// One invocation: four channels of a pixel.
struct Params {
  count: u32, height: u32, width: u32, first: u32, quads: u32, channels: u32,
  scale_0: f32, scale_1: f32, scale_2: f32, scale_3: f32, shift_0: f32, shift_1: f32, shift_2: f32, shift_3: f32,
  x_offset: u32, x_image: u32, x_row: u32, x_pixel: u32, y_offset: u32, y_image: u32, y_row: u32, y_pixel: u32,
  low: f32, high: f32,
}
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> y: array<vec4f>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = linear_index(id, groups, 64u);
  if (i >= params.count) { return; }
  let c = params.first + (i % params.quads) * 4u;
  let w = (i / params.quads) % params.width;
  let h = (i / (params.quads * params.width)) % params.height;
  let n = i / (params.quads * params.width * params.height);
  let scale = vec4f(params.scale_0, params.scale_1, params.scale_2, params.scale_3);
  let shift = vec4f(params.shift_0, params.shift_1, params.shift_2, params.shift_3);
  let value = scale * x[(params.x_offset + n * params.x_image + h * params.x_row + w * params.x_pixel + c) / 4u] + shift;
  let keep = vec4u(c, c + 1u, c + 2u, c + 3u) < vec4u(params.channels);
  y[(params.y_offset + n * params.y_image + h * params.y_row + w * params.y_pixel + c) / 4u] =
    select(vec4f(0.0), activate(value), keep);
}
