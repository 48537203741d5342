// y = activate((x - mean) * gamma / sqrt(variance + eps) + beta). One invocation: four channels of a pixel.
struct Params {
  count: u32, height: u32, width: u32, quads: u32, channels: u32, eps: f32,
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
  let c0 = (i % params.quads) * 4u;
  let w = (i / params.quads) % params.width;
  let h = (i / (params.quads * params.width)) % params.height;
  let n = i / (params.quads * params.width * params.height);
  let value = x[(params.x_offset + n * params.x_image + h * params.x_row + w * params.x_pixel + c0) / 4u];
  var scaled = vec4f(0.0);
  for (var lane = 0u; lane < 4u; lane++) {
    let c = min(c0 + lane, params.channels - 1u);
    scaled[lane] = (value[lane] - mean[c]) * (gamma[c] / sqrt(variance[c] + params.eps)) + beta[c];
  }
  let keep = vec4u(c0, c0 + 1u, c0 + 2u, c0 + 3u) < vec4u(params.channels);
  y[(params.y_offset + n * params.y_image + h * params.y_row + w * params.y_pixel + c0) / 4u] =
    select(vec4f(0.0), activate(scaled), keep);
}
