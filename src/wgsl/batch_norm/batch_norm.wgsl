// y = activate((x - mean) * gamma / sqrt(variance + eps) + beta). Frame: each_quad.
struct Params { x: Image, y: Image, count: u32, eps: f32, low: f32, high: f32 }
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<vec4f>;

fn quad(at: Place) -> vec4f {
  let value = vec4f(x[address(params.x, at) / 4u]);
  var scaled = vec4f(0.0);
  for (var lane = 0u; lane < 4u; lane++) {
    let c = min(at.c + lane, params.y.channels - 1u);
    scaled[lane] = (value[lane] - mean[c]) * (gamma[c] / sqrt(variance[c] + params.eps)) + beta[c];
  }
  return activate(scaled);
}
