// Depthwise filters [C,R,S] as texels [tap][C], and behind them the bias where there are more taps than filters have.
// Frame: each, an item being four channels of a tap.
struct Params { count: u32, channels: u32, taps: u32, width: u32 }
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> w: array<f32>;
@group(0) @binding(3) var<storage, read> bias: array<f32>;

fn item(i: u32) {
  let tap = i / params.width;
  let first = (i % params.width) * 4u;
  var value = vec4f(0.0);
  for (var lane = 0u; lane < min(4u, params.channels - first); lane++) {
    if (tap < params.taps) {
      value[lane] = w[(first + lane) * params.taps + tap];
    } else {
      value[lane] = bias[first + lane];
    }
  }
  put(vec2u(i % params.width, tap), value);
}
