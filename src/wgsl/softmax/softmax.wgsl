// Softmax or its logarithm over the channels, after subtracting the largest so that nothing overflows.
// x, y [N,H,W,C]. One invocation: one pixel.
struct Params { x: Image, y: Image, count: u32 }
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> y: array<vec4f>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = linear_index(id, groups, 64u);
  if (i >= params.count) { return; }
  let at = pixel_place(params.y, i);
  let from_x = address(params.x, at) / 4u;
  let from_y = address(params.y, at) / 4u;
  let quads = params.y.written / 4u;
  var largest = vec4f(x[from_x].x);
  for (var quad = 0u; quad < quads; quad++) {
    largest = select(largest, max(largest, x[from_x + quad]), kept(params.y, 4u * quad));
  }
  let top = max(max(largest.x, largest.y), max(largest.z, largest.w));
  var sums = vec4f(0.0);
  for (var quad = 0u; quad < quads; quad++) {
    sums += select(vec4f(0.0), exp(x[from_x + quad] - top), kept(params.y, 4u * quad));
  }
  let sum = sums.x + sums.y + sums.z + sums.w;
  for (var quad = 0u; quad < quads; quad++) {
    y[from_y + quad] = select(vec4f(0.0), share(x[from_x + quad] - top, sum), kept(params.y, 4u * quad));
  }
}
