// Depthwise convolution: each channel by its own filter. x [N,H,W,C] with its zeros around it, w [C,R,S], y [N,P,Q,C].
// One invocation: DOWN by ACROSS pixels in one channel, ACROSS being a multiple of four. Of what they see, each input is loaded once,
// row after row; pixels past the edge are computed from anything and thrown away.
// x is seen from the output: at a pixel lies the first tap of its kernel. Taps are neighbours. Joined with weight.wgsl and depthwise_pixels.wgsl.
struct Params { x: Image, y: Image, residual: Image, tap_down: u32, tap_across: u32, low: f32, high: f32 }
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(3) var<storage, read_write> y: array<Scalar>;
override LANES: u32;
const TAPS = ROWS * COLUMNS;
const SPAN = (ACROSS - 1u) * STRIDE_W + COLUMNS;

@compute @workgroup_size(LANES)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let c = id.x;
  if (c >= params.y.written) { return; }
  let first = first_pixel(id);
  let from_w = min(c, params.y.channels - 1u) * TAPS;
  var weights: array<f32, TAPS>;
  for (var tap = 0u; tap < TAPS; tap++) { weights[tap] = w_at(from_w + tap); }
  var sums: array<f32, DOWN * ACROSS>;
  for (var i = 0u; i < DOWN * ACROSS; i++) { sums[i] = load_bias(c); }
  var at = address(params.x, first);
  for (var i = 0u; i < (DOWN - 1u) * STRIDE_H + ROWS; i++) {
    var seen: array<f32, SPAN>;
    for (var j = 0u; j < SPAN; j++) { seen[j] = f32(x[at + j * params.tap_across]); }
    for (var p = 0u; p < DOWN; p++) {
      let r = i - p * STRIDE_H;  // above the first tap the subtraction wraps
      if (r >= ROWS) { continue; }
      for (var q = 0u; q < ACROSS; q++) {
        for (var s = 0u; s < COLUMNS; s++) {
          sums[p * ACROSS + q] = fma(weights[r * COLUMNS + s], seen[q * STRIDE_W + s], sums[p * ACROSS + q]);
        }
      }
    }
    at += params.tap_down;
  }
  for (var p = 0u; p < min(DOWN, params.y.height - first.h); p++) {
    for (var q = 0u; q < ACROSS; q += 4u) {
      let i = p * ACROSS + q;
      store(vec4f(sums[i], sums[i + 1u], sums[i + 2u], sums[i + 3u]), Place(first.n, first.h + p, first.w + q, c));
    }
  }
}
