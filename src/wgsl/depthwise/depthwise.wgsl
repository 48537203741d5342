// Depthwise convolution: each channel by its own filter. x [N,H,W,C] with its zeros around it, w [C,R,S], y [N,P,Q,C].
// One invocation: eight pixels of a row in one channel, held in two vectors. From tap to tap of a row these slide along by
// one pixel, so that an input is loaded once a row; pixels past the edge are computed from anything and thrown away.
// x is seen from the output: at a pixel lies the first tap of its kernel. Joined with weight.wgsl and depthwise_pixels.wgsl.
struct Params {
  x: Image, y: Image, residual: Image, rows: u32, columns: u32, tap_down: u32, tap_across: u32, low: f32, high: f32,
}
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(3) var<storage, read_write> y: array<Scalar>;
override LANES: u32;
override SLIDE: u32;  // taps after which the vectors have moved by a pixel: 1, 2, or 0 where they never do

struct Pixels { a: vec4f, b: vec4f }

fn load(at: u32) -> Pixels {
  let step = params.x.pixel;
  return Pixels(
    vec4f(vec4(x[at], x[at + step], x[at + 2u * step], x[at + 3u * step])),
    vec4f(vec4(x[at + 4u * step], x[at + 5u * step], x[at + 6u * step], x[at + 7u * step])),
  );
}

fn slide(pixels: Pixels, next: f32) -> Pixels {
  return Pixels(vec4f(pixels.a.yzw, pixels.b.x), vec4f(pixels.b.yzw, next));
}

@compute @workgroup_size(LANES)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let c = id.x;
  if (c >= params.y.written) { return; }
  let at = first_pixel(id);
  var row = address(params.x, at);
  var weight = min(c, params.y.channels - 1u) * params.rows * params.columns;
  let bias = load_bias(c);
  var a = vec4f(bias);
  var b = vec4f(bias);
  for (var r = 0u; r < params.rows; r++) {
    var at = row;
    var now = load(at);
    var after = now;
    if (SLIDE == 2u) { after = load(at + params.tap_across); }
    for (var s = 0u; s < params.columns; s++) {
      let held = w_at(weight);
      a += held * now.a;
      b += held * now.b;
      weight++;
      if (SLIDE == 1u) {
        now = slide(now, f32(x[at + 8u * params.x.pixel]));
      } else if (SLIDE == 2u) {
        let later = slide(now, f32(x[at + 8u * params.x.pixel]));
        now = after;
        after = later;
      } else {
        now = load(at + params.tap_across);
      }
      at += params.tap_across;
    }
    row += params.tap_down;
  }
  store(a, at);
  store(b, beside(at, 4u));
}
