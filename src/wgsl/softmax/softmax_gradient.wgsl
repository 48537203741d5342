// The gradient of softmax or of its logarithm, from their results: what `sloped` makes of the upstream gradient and a sum over the
// channels. p the result, dy its gradient, y the gradient of what it was made of, all [N,H,W,C]. Frame: each_pixel or each_pixel_wide.
struct Params { p: Image, dy: Image, y: Image, count: u32 }
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> p: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> y: array<Quad>;
@group(0) @binding(3) var<storage, read> dy: array<vec4f>;

fn pixel(at: Place, first: u32) {
  let row = address(params.p, at) / 4u;
  let row_dy = address(params.dy, at) / 4u;
  let row_y = address(params.y, at) / 4u;
  let quads = params.y.written / 4u;
  var parts = vec4f(0.0);
  for (var quad = first; quad < quads; quad += SHARES) {
    parts += select(vec4f(0.0), part(vec4f(p[row + quad]), vec4f(dy[row_dy + quad])), kept(params.y, 4u * quad));
  }
  let sum = total(parts, first);
  for (var quad = first; quad < quads; quad += SHARES) {
    let made = sloped(vec4f(p[row + quad]), vec4f(dy[row_dy + quad]), sum);
    y[row_y + quad] = Quad(select(vec4f(0.0), made, kept(params.y, 4u * quad)));
  }
}
