// An activation into NCHW without gaps, for the caller or for an operator that counts elements in PyTorch's order.
// One invocation: one float of y. Grid: folded into x and y.
struct Params { x: Image, count: u32 }
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read_write> y: array<f32>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = linear_index(id, groups, 64u);
  if (i >= params.count) { return; }
  let row = i / params.x.width;
  let plane = row / params.x.height;
  let at = Place(plane / params.x.channels, row % params.x.height, i % params.x.width, plane % params.x.channels);
  y[i] = x[address(params.x, at)];
}
