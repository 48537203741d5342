// A border of one value around an image, and channels of it behind the image's own. x [N,H,W,C],
// y [N,top+H+bottom,left+W+right,C+channels]. Frame: each_quad.
struct Params { x: Image, y: Image, count: u32, top: u32, left: u32, border: f32 }
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<vec4f>;

fn quad(at: Place) -> vec4f {
  let h = at.h - params.top;
  let w = at.w - params.left;
  // Before the image the subtractions wrap to large numbers.
  if (h >= params.x.height || w >= params.x.width || at.c >= params.x.channels) { return vec4f(params.border); }
  let image = vec4f(x[address(params.x, Place(at.n, h, w, at.c)) / 4u]);
  return select(vec4f(params.border), image, kept(params.x, at.c));
}
