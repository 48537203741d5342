// Average pooling to a given size: the window of p is rows floor(p*H/P) to ceil((p+1)*H/P), likewise along the width.
// x [N,H,W,C], y [N,P,Q,C]. One invocation: one pixel of y, four channels.
struct Params {
  count: u32, quads: u32, channels: u32, height: u32, width: u32, out_h: u32, out_w: u32,
  x_offset: u32, x_image: u32, x_row: u32, x_pixel: u32, y_offset: u32, y_image: u32, y_row: u32, y_pixel: u32,
}
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> y: array<vec4f>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = linear_index(id, groups, 64u);
  if (i >= params.count) { return; }
  let c = (i % params.quads) * 4u;
  let q = (i / params.quads) % params.out_w;
  let p = (i / (params.quads * params.out_w)) % params.out_h;
  let n = i / (params.quads * params.out_w * params.out_h);
  let rows = vec2u(p * params.height, (p + 1u) * params.height + params.out_h - 1u) / params.out_h;
  let columns = vec2u(q * params.width, (q + 1u) * params.width + params.out_w - 1u) / params.out_w;
  let base = params.x_offset + n * params.x_image + c;
  var sum = vec4f(0.0);
  for (var h = rows.x; h < rows.y; h++) {
    for (var w = columns.x; w < columns.y; w++) {
      sum += x[(base + h * params.x_row + w * params.x_pixel) / 4u];
    }
  }
  let area = f32((rows.y - rows.x) * (columns.y - columns.x));
  let keep = vec4u(c, c + 1u, c + 2u, c + 3u) < vec4u(params.channels);
  y[(params.y_offset + n * params.y_image + p * params.y_row + q * params.y_pixel + c) / 4u] =
    select(vec4f(0.0), sum / area, keep);
}
