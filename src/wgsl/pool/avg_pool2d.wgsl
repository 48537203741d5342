// Average pooling. The divisor is the window's area within the padded image, or within the image, as torch counts them.
// x [N,H,W,C], y [N,P,Q,C]. Frame: each_quad.
struct Params {
  x: Image, y: Image, count: u32, kernel_h: i32, kernel_w: i32, stride_h: i32, stride_w: i32,
  pad_top: i32, pad_left: i32, pad_bottom: i32, pad_right: i32, include_padding: u32,
}
@group(0) @binding(0) var<uniform> params: Params;

fn quad(at: Place) -> vec4f {
  let height = i32(params.x.height);
  let width = i32(params.x.width);
  let top = i32(at.h) * params.stride_h - params.pad_top;
  let left = i32(at.w) * params.stride_w - params.pad_left;
  let bottom = min(top + params.kernel_h, height + params.pad_bottom);
  let right = min(left + params.kernel_w, width + params.pad_right);
  let rows = vec2i(max(top, 0), min(bottom, height));
  let columns = vec2i(max(left, 0), min(right, width));
  let inside = (rows.y - rows.x) * (columns.y - columns.x);
  let divisor = select(inside, (bottom - top) * (right - left), params.include_padding == 1u);
  return box_sum(at.n, at.c, vec2u(rows), vec2u(columns)) / f32(max(divisor, 1));
}
