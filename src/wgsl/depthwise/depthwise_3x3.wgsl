// Depthwise convolution by 3x3 filters in strips, down which rows of the input slide: each channel by its own filter.
// x [N,H,W,C] with its zeros around it, w [C,3,3], y [N,P,Q,C]. One invocation: DOWN rows of four pixels in one channel. Of what they see, each
// input is loaded once; pixels past the edge are computed from anything and thrown away.
// x is seen from the output: at a pixel lies the first tap of its filter. Joined with weight.wgsl and depthwise_pixels.wgsl.
struct Params { x: Image, y: Image, residual: Image, tap_down: u32, tap_across: u32, low: f32, high: f32 }
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(3) var<storage, read_write> y: array<Scalar>;
override LANES: u32;

// What the taps of a row see, for four pixels: some or all of nine inputs.
struct Row { a: vec4f, b: vec4f, last: f32 }

fn load_row(at: u32) -> Row {
  let step = params.tap_across;
  let a = vec4f(vec4(x[at], x[at + step], x[at + 2u * step], x[at + 3u * step]));
  if (STRIDE == 1u) { return Row(a, vec4f(f32(x[at + 4u * step]), f32(x[at + 5u * step]), 0.0, 0.0), 0.0); }
  let b = vec4f(vec4(x[at + 4u * step], x[at + 5u * step], x[at + 6u * step], x[at + 7u * step]));
  return Row(a, b, f32(x[at + 8u * step]));
}

fn add_row(sum: vec4f, w: vec3f, row: Row) -> vec4f {
  if (STRIDE == 1u) { return add_taps(sum, w, row.a, vec4f(row.a.yzw, row.b.x), vec4f(row.a.zw, row.b.xy)); }
  return add_taps(sum, w, vec4f(row.a.xz, row.b.xz), vec4f(row.a.yw, row.b.yw), vec4f(row.a.z, row.b.xz, row.last));
}

fn add_taps(sum: vec4f, w: vec3f, left: vec4f, middle: vec4f, right: vec4f) -> vec4f {
  return fma(vec4f(w.z), right, fma(vec4f(w.y), middle, fma(vec4f(w.x), left, sum)));
}

fn load_weights(at: u32) -> vec3f {
  return vec3f(w_at(at), w_at(at + 1u), w_at(at + 2u));
}

@compute @workgroup_size(LANES)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let c = id.x;
  if (c >= params.y.written) { return; }
  let first = first_pixel(id);
  let from_w = min(c, params.y.channels - 1u) * 9u;
  let top = load_weights(from_w);
  let middle = load_weights(from_w + 3u);
  let bottom = load_weights(from_w + 6u);
  let bias = vec4f(load_bias(c));
  var at = address(params.x, first);
  var above = load_row(at);
  var here = load_row(at + params.tap_down);
  let end = min(first.h + DOWN, params.y.height);
  for (var h = first.h; h < end; h++) {
    let below = load_row(at + 2u * params.tap_down);
    store(add_row(add_row(add_row(bias, top, above), middle, here), bottom, below), Place(first.n, h, first.w, c));
    at += params.x.row;
    above = here;
    here = below;
    if (STRIDE == 2u) {
      above = below;
      here = load_row(at + params.tap_down);
    }
  }
}
