// Average pooling. The divisor is the window's area within the padded image, or within the image, as torch counts them.
// x [N,H,W,C], y [N,P,Q,C]. One invocation: one pixel of y, four channels.
struct Params {
  count: u32, quads: u32, channels: u32, height: i32, width: i32, out_h: u32, out_w: u32,
  kernel_h: i32, kernel_w: i32, stride_h: i32, stride_w: i32,
  pad_top: i32, pad_left: i32, pad_bottom: i32, pad_right: i32, include_padding: u32,
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
  let top = i32(p) * params.stride_h - params.pad_top;
  let left = i32(q) * params.stride_w - params.pad_left;
  let bottom = min(top + params.kernel_h, params.height + params.pad_bottom);
  let right = min(left + params.kernel_w, params.width + params.pad_right);
  let rows = vec2i(max(top, 0), min(bottom, params.height));
  let columns = vec2i(max(left, 0), min(right, params.width));
  let base = params.x_offset + n * params.x_image + c;
  var sum = vec4f(0.0);
  for (var h = rows.x; h < rows.y; h++) {
    for (var w = columns.x; w < columns.y; w++) {
      sum += x[(base + u32(h) * params.x_row + u32(w) * params.x_pixel) / 4u];
    }
  }
  let inside = (rows.y - rows.x) * (columns.y - columns.x);
  let divisor = select(inside, (bottom - top) * (right - left), params.include_padding == 1u);
  let keep = vec4u(c, c + 1u, c + 2u, c + 3u) < vec4u(params.channels);
  y[(params.y_offset + n * params.y_image + p * params.y_row + q * params.y_pixel + c) / 4u] =
    select(vec4f(0.0), sum / f32(max(divisor, 1)), keep);
}
