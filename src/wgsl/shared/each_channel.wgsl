// The frame of kernels that make an image float by float: joined with `fn channel(at: Place) -> f32`, a channel of a pixel of y.
// y [N,H,W,C], in Params `y: Image` and `count: u32`. One invocation: one float of y. Grid: folded into x and y.
@group(0) @binding(2) var<storage, read_write> y: array<f32>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = linear_index(id, groups, 64u);
  if (i >= params.count) { return; }
  let at = place(params.y, i, 1u);
  var value = 0.0;
  if (at.c < params.y.channels) { value = channel(at); }
  y[address(params.y, at)] = value;
}
