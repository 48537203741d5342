// The frame of kernels that make an image in vectors: joined with `fn quad(at: Place) -> vec4f`, four channels of a pixel of y.
// y [N,H,W,C], in Params `y: Image` and `count: u32`. One invocation: one such vector. Grid: folded into x and y.
@group(0) @binding(2) var<storage, read_write> y: array<vec4f>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = linear_index(id, groups, 64u);
  if (i >= params.count) { return; }
  let at = place(params.y, i, 4u);
  y[address(params.y, at) / 4u] = select(vec4f(0.0), quad(at), kept(params.y, at.c));
}
