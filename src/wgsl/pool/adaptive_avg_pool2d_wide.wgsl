// adaptive_avg_pool2d for large windows: the invocations of a column share one window and add up in workgroup memory.
// x [N,H,W,C], y [N,P,Q,C]. Workgroup (8, 16): 32 channels of one pixel of y; grid (channels / 32, P*Q, N).
struct Params {
  quads: u32, channels: u32, height: u32, width: u32, out_h: u32, out_w: u32,
  x_offset: u32, x_image: u32, x_row: u32, x_pixel: u32, y_offset: u32, y_image: u32, y_row: u32, y_pixel: u32,
}
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> y: array<vec4f>;
const QUADS = 8u;
const SHARES = 16u;
var<workgroup> sh_sum: array<array<vec4f, QUADS>, SHARES>;

@compute @workgroup_size(QUADS, SHARES)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_id) local: vec3u) {
  let quad = group.x * QUADS + local.x;
  let c = quad * 4u;
  let p = group.y / params.out_w;
  let q = group.y % params.out_w;
  let n = group.z;
  let rows = vec2u(p * params.height, (p + 1u) * params.height + params.out_h - 1u) / params.out_h;
  let columns = vec2u(q * params.width, (q + 1u) * params.width + params.out_w - 1u) / params.out_w;
  let breadth = columns.y - columns.x;
  let area = (rows.y - rows.x) * breadth;
  let base = params.x_offset + n * params.x_image + c;
  var sum = vec4f(0.0);
  if (quad < params.quads) {
    for (var i = local.y; i < area; i += SHARES) {
      let h = rows.x + i / breadth;
      let w = columns.x + i % breadth;
      sum += x[(base + h * params.x_row + w * params.x_pixel) / 4u];
    }
  }
  sh_sum[local.y][local.x] = sum;
  for (var half = SHARES / 2u; half > 0u; half /= 2u) {
    workgroupBarrier();
    if (local.y < half) { sh_sum[local.y][local.x] += sh_sum[local.y + half][local.x]; }
  }
  if (local.y == 0u && quad < params.quads) {
    let keep = vec4u(c, c + 1u, c + 2u, c + 3u) < vec4u(params.channels);
    y[(params.y_offset + n * params.y_image + p * params.y_row + q * params.y_pixel + c) / 4u] =
      select(vec4f(0.0), sh_sum[0][local.x] / f32(area), keep);
  }
}
