// A loss that adds up `term` of x and its target over all numbers: y gets a pixel's sum, and its channels as what it weighs in a mean.
// x, t [N,H,W,C], y [N,H,W,2]. Frame: each_pixel or each_pixel_wide.
struct Params { x: Image, t: Image, y: Image, count: u32 }
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> y: array<Quad>;
@group(0) @binding(3) var<storage, read> t: array<vec4f>;

fn pixel(at: Place, first: u32) {
  let row = address(params.x, at) / 4u;
  let row_t = address(params.t, at) / 4u;
  var parts = vec4f(0.0);
  for (var quad = first; quad < params.x.written / 4u; quad += SHARES) {
    parts += select(vec4f(0.0), term(vec4f(x[row + quad]), vec4f(t[row_t + quad])), kept(params.x, 4u * quad));
  }
  let made = vec4f(total(parts, first), f32(params.x.channels), 0.0, 0.0);
  let row_y = address(params.y, at) / 4u;
  for (var quad = first; quad < params.y.written / 4u; quad += SHARES) {
    y[row_y + quad] = Quad(select(vec4f(0.0), made, kept(params.y, 4u * quad)));
  }
}
