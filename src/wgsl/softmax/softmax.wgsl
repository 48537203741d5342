// Softmax or its logarithm over the channels, after subtracting the largest so that nothing overflows. x, y [N,H,W,C].
// Frame: each_pixel or each_pixel_wide.
struct Params { x: Image, y: Image, count: u32 }
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> y: array<Quad>;

fn pixel(at: Place, first: u32) {
  let from_x = address(params.x, at) / 4u;
  let from_y = address(params.y, at) / 4u;
  let quads = params.y.written / 4u;
  var most = vec4f(f32(x[from_x].x));
  for (var quad = first; quad < quads; quad += SHARES) {
    most = select(most, max(most, vec4f(x[from_x + quad])), kept(params.y, 4u * quad));
  }
  let top = largest(most, first);
  var sums = vec4f(0.0);
  for (var quad = first; quad < quads; quad += SHARES) {
    sums += select(vec4f(0.0), exp(vec4f(x[from_x + quad]) - top), kept(params.y, 4u * quad));
  }
  let sum = total(sums, first);
  for (var quad = first; quad < quads; quad += SHARES) {
    y[from_y + quad] = Quad(select(vec4f(0.0), share(vec4f(x[from_x + quad]) - top, sum), kept(params.y, 4u * quad)));
  }
}
