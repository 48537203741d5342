// An image's pixels, a stride apart from each other, and zeros. x [N,H,W,C], y [N,P,Q,C]. Frame: each_quad.
struct Params { x: Image, y: Image, count: u32, stride_h: u32, stride_w: u32, top: i32, left: i32 }
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<vec4f>;

fn quad(at: Place) -> vec4f {
  // Before the image the subtractions wrap to large numbers.
  let h = u32(i32(at.h) - params.top);
  let w = u32(i32(at.w) - params.left);
  if (h % params.stride_h != 0u || w % params.stride_w != 0u) { return vec4f(0.0); }
  let source = Place(at.n, h / params.stride_h, w / params.stride_w, at.c);
  if (source.h >= params.x.height || source.w >= params.x.width) { return vec4f(0.0); }
  return vec4f(x[address(params.x, source) / 4u]);
}
