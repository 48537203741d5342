// Four channels, from c on, of two pixels: what a depthwise convolution makes of x there, then a bound from below and above, as ReLU is.
// d [tap][C] as texels, behind the taps the bias. Joined with conv2d_texels.wgsl.
@group(0) @binding(5) var d: texture_storage_2d<rgba32float, read>;
// Compiled twice, what is here takes longer than few pixels save.
const FEW = PIXELS;
struct Pair { near: vec4f, far: vec4f }

fn load_pair(near: u32, far: u32, c: u32) -> Pair {
  let bias = textureLoad(d, vec2u(c / 4u, D_ROWS * D_COLUMNS));
  var sums = Pair(bias, bias);
  for (var r = 0u; r < D_ROWS; r++) {
    for (var s = 0u; s < D_COLUMNS; s++) {
      let held = textureLoad(d, vec2u(c / 4u, r * D_COLUMNS + s));
      let tap = r * params.d_down + s * params.d_across;
      sums = Pair(fma(held, load_x(near + tap), sums.near), fma(held, load_x(far + tap), sums.far));
    }
  }
  return Pair(bounded(sums.near), bounded(sums.far));
}

// Never called.
fn load_one(near: u32, c: u32) -> vec4f {
  return vec4f();
}

// Comparisons keep a NaN in drivers for CPUs, which alone run this; activate_range.wgsl is for all.
fn bounded(v: vec4f) -> vec4f {
  return select(select(v, vec4f(params.d_high), v > vec4f(params.d_high)), vec4f(params.d_low), v < vec4f(params.d_low));
}
