// Layer norm over the channels: y = (x - mean) / sqrt(variance + eps) * gamma + beta, both of the pixel itself. The variance is
// summed from differences: the mean of the squares less the square of the mean would cancel. x, y [N,H,W,C].
// Frame: each_pixel or each_pixel_wide.
struct Params { x: Image, y: Image, count: u32, eps: f32 }
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> y: array<Quad>;
@group(0) @binding(3) var<storage, read> gamma: array<f32>;
@group(0) @binding(4) var<storage, read> beta: array<f32>;

fn pixel(at: Place, first: u32) {
  let from_x = address(params.x, at) / 4u;
  let from_y = address(params.y, at) / 4u;
  let quads = params.y.written / 4u;
  let channels = params.y.channels;
  var sums = vec4f(0.0);
  for (var quad = first; quad < quads; quad += SHARES) { sums += vec4f(x[from_x + quad]); }
  let mean = total(sums, first) / f32(channels);
  var squares = vec4f(0.0);
  for (var quad = first; quad < quads; quad += SHARES) {
    let difference = vec4f(x[from_x + quad]) - mean;
    squares += select(vec4f(0.0), difference * difference, kept(params.y, 4u * quad));
  }
  let variance = total(squares, first) / f32(channels);
  let scale = inverseSqrt(variance + params.eps);
  for (var quad = first; quad < quads; quad += SHARES) {
    let normal = (vec4f(x[from_x + quad]) - mean) * scale;
    var value = vec4f(0.0);
    for (var lane = 0u; lane < 4u; lane++) {
      let c = 4u * quad + lane;
      if (c < channels) { value[lane] = normal[lane] * gamma[c] + beta[c]; }
    }
    y[from_y + quad] = Quad(value);
  }
}
