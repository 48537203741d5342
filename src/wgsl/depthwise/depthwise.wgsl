// Depthwise convolution: each channel by its own filter. x [N,H,W,C] with its zeros around it, w [C,R,S], y [N,P,Q,C].
// One invocation: eight pixels of a row in one channel, held in two vectors. From tap to tap of a row these slide along by
// one pixel, so that an input is loaded once a row; pixels past the edge are computed from anything and thrown away.
struct Params {
  rows: u32, columns: u32, channels: u32, written: u32, out_h: u32, out_w: u32,
  x_offset: u32, x_image: u32, x_down: u32, x_across: u32, tap_down: u32, tap_across: u32,
  y_offset: u32, y_image: u32, y_row: u32, y_pixel: u32, r_offset: u32, r_image: u32, r_row: u32, r_pixel: u32,
  low: f32, high: f32,
}
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read> w: array<f32>;
@group(0) @binding(3) var<storage, read_write> y: array<f32>;
override LANES: u32;
override SLIDE: u32;  // taps after which the vectors have moved by a pixel: 1, 2, or 0 where they never do

struct Pixels { a: vec4f, b: vec4f }

fn load(at: u32) -> Pixels {
  let step = params.x_across;
  return Pixels(
    vec4f(x[at], x[at + step], x[at + 2u * step], x[at + 3u * step]),
    vec4f(x[at + 4u * step], x[at + 5u * step], x[at + 6u * step], x[at + 7u * step]),
  );
}

fn slide(pixels: Pixels, next: f32) -> Pixels {
  return Pixels(vec4f(pixels.a.yzw, pixels.b.x), vec4f(pixels.b.yzw, next));
}

fn store(value: vec4f, n: u32, p: u32, q: u32, c: u32) {
  let added = vec4f(
    load_residual(n, p, q, c), load_residual(n, p, q + 1u, c),
    load_residual(n, p, q + 2u, c), load_residual(n, p, q + 3u, c),
  );
  let result = select(vec4f(0.0), activate(value + added), c < params.channels);
  let to = params.y_offset + n * params.y_image + p * params.y_row + q * params.y_pixel + c;
  if (q < params.out_w) { y[to] = result.x; }
  if (q + 1u < params.out_w) { y[to + params.y_pixel] = result.y; }
  if (q + 2u < params.out_w) { y[to + 2u * params.y_pixel] = result.z; }
  if (q + 3u < params.out_w) { y[to + 3u * params.y_pixel] = result.w; }
}

@compute @workgroup_size(LANES)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let c = id.x;
  if (c >= params.written) { return; }
  let n = id.z / params.out_h;
  let p = id.z - n * params.out_h;
  let q = id.y * 8u;
  var row = params.x_offset + n * params.x_image + p * params.x_down + q * params.x_across + c;
  var weight = min(c, params.channels - 1u) * params.rows * params.columns;
  let bias = load_bias(c);
  var a = vec4f(bias);
  var b = vec4f(bias);
  for (var r = 0u; r < params.rows; r++) {
    var at = row;
    var now = load(at);
    var after = now;
    if (SLIDE == 2u) { after = load(at + params.tap_across); }
    for (var s = 0u; s < params.columns; s++) {
      a += w[weight] * now.a;
      b += w[weight] * now.b;
      weight++;
      if (SLIDE == 1u) {
        now = slide(now, x[at + 8u * params.x_across]);
      } else if (SLIDE == 2u) {
        let later = slide(now, x[at + 8u * params.x_across]);
        now = after;
        after = later;
      } else {
        now = load(at + params.tap_across);
      }
      at += params.tap_across;
    }
    row += params.tap_down;
  }
  store(a, n, p, q, c);
  store(b, n, p, q + 4u, c);
}
