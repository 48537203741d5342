// Weights [K,C,R,S] in the order of reduction: rows of `taps` runs, each of `run` channels or tight pixels of channels;
// columns of four filters. Whatever is past the last channel or filter becomes zero. One invocation: four filters of a row.
struct Params {
  count: u32, quads: u32, filters: u32, channels: u32, taps: u32, run: u32, pixel: u32, span: u32, height: u32,
}
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> w: array<f32>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = linear_index(id, groups, 64u);
  if (i >= params.count) { return; }
  let k = (i % params.quads) * 4u;
  let row = i / params.quads;
  let within = row % params.run;
  let c = within % params.pixel;
  let tap = (row / params.run) * params.span + within / params.pixel;
  let valid = c < params.channels && within / params.pixel < params.span;
  let size = params.taps * params.span;
  var value = vec4f(0.0);
  for (var lane = 0u; lane < 4u; lane++) {
    if (valid && k + lane < params.filters) {
      value[lane] = w[((k + lane) * params.channels + c) * size + tap];
    }
  }
  put(i % params.quads, row, value);
}
