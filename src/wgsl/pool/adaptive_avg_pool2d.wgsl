// Average pooling to a given size. x [N,H,W,C], y [N,P,Q,C]. Frame: each_quad.
struct Params { x: Image, y: Image, count: u32 }
@group(0) @binding(0) var<uniform> params: Params;

fn quad(at: Place) -> vec4f {
  let rows = window(at.h, params.x.height, params.y.height);
  let columns = window(at.w, params.x.width, params.y.width);
  return box_sum(at.n, at.c, rows, columns) / f32((rows.y - rows.x) * (columns.y - columns.x));
}
