// Four output channels a lane, for four channels of x: rows of weights, and their products with what x holds.
struct Weights { r0: vec4f, r1: vec4f, r2: vec4f, r3: vec4f }

fn multiply(sum: vec4f, channels: vec4f, weights: Weights) -> vec4f {
  var s = fma(vec4f(channels.x), weights.r0, sum);
  s = fma(vec4f(channels.y), weights.r1, s);
  s = fma(vec4f(channels.z), weights.r2, s);
  return fma(vec4f(channels.w), weights.r3, s);
}
