// Mean and 1 / sqrt(variance + eps) of each pixel's channels: what layer_norm.wgsl makes on its way. x [N,H,W,C], y [N,H,W,2].
// Frame: each_pixel or each_pixel_wide.
struct Params { x: Image, y: Image, count: u32, eps: f32 }
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> y: array<Quad>;

fn pixel(at: Place, first: u32) {
  let from_x = address(params.x, at) / 4u;
  let from_y = address(params.y, at) / 4u;
  let quads = params.x.written / 4u;
  let channels = f32(params.x.channels);
  var sums = vec4f(0.0);
  for (var quad = first; quad < quads; quad += SHARES) { sums += vec4f(x[from_x + quad]); }
  let mean = total(sums, first) / channels;
  var squares = vec4f(0.0);
  for (var quad = first; quad < quads; quad += SHARES) {
    let difference = vec4f(x[from_x + quad]) - mean;
    squares += select(vec4f(0.0), difference * difference, kept(params.x, 4u * quad));
  }
  let variance = total(squares, first) / channels;
  for (var quad = first; quad < params.y.written / 4u; quad += SHARES) {
    let made = vec4f(mean, inverseSqrt(variance + params.eps), 0.0, 0.0);
    y[from_y + quad] = Quad(select(vec4f(0.0), made, quad == 0u));
  }
}
