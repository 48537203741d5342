// adaptive_avg_pool2d for large windows: the invocations of a column share one window and add up in workgroup memory.
// x [N,H,W,C], y [N,P,Q,C]. Workgroup (8, 16): 32 channels of one pixel of y; grid (channels / 32, P*Q, N).
struct Params { x: Image, y: Image }
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> y: array<Quad>;
const QUADS = 8u;
const SHARES = 16u;
var<workgroup> sh_sum: array<array<vec4f, QUADS>, SHARES>;

@compute @workgroup_size(QUADS, SHARES)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_id) local: vec3u) {
  let c = (group.x * QUADS + local.x) * 4u;
  let at = Place(group.z, group.y / params.y.width, group.y % params.y.width, c);
  let rows = window(at.h, params.x.height, params.y.height);
  let columns = window(at.w, params.x.width, params.y.width);
  let breadth = columns.y - columns.x;
  let area = (rows.y - rows.x) * breadth;
  let base = address(params.x, Place(at.n, 0u, 0u, c));
  var sum = vec4f(0.0);
  if (c < params.y.written) {
    for (var i = local.y; i < area; i += SHARES) {
      let h = rows.x + i / breadth;
      let w = columns.x + i % breadth;
      sum += vec4f(x[(base + h * params.x.row + w * params.x.pixel) / 4u]);
    }
  }
  sh_sum[local.y][local.x] = sum;
  for (var half = SHARES / 2u; half > 0u; half /= 2u) {
    workgroupBarrier();
    if (local.y < half) { sh_sum[local.y][local.x] += sh_sum[local.y + half][local.x]; }
  }
  if (local.y == 0u && c < params.y.written) {
    y[address(params.y, at) / 4u] = Quad(select(vec4f(0.0), sh_sum[0][local.x] / f32(area), kept(params.y, c)));
  }
}
