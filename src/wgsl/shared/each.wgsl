// The frame of kernels that do one thing `count: u32` times, as their Params say: joined with `fn item(i: u32)`.
// One invocation: one item. Grid: folded into x and y.
@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = linear_index(id, groups, 64u);
  if (i < params.count) { item(i); }
}
