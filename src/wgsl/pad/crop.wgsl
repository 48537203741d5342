// An image without its border. x [N,H,W,C], y [N,P,Q,C]. Frame: each_quad.
struct Params { x: Image, y: Image, count: u32, top: u32, left: u32 }
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<vec4f>;

fn quad(at: Place) -> vec4f {
  return vec4f(x[address(params.x, Place(at.n, at.h + params.top, at.w + params.left, at.c)) / 4u]);
}
