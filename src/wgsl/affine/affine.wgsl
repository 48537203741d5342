// y = activate(scale * x + shift) with constants: one pair, or a pair for each of y's four channels. Frame: each_quad.
struct Params {
  x: Image, y: Image, count: u32, low: f32, high: f32,
  scale_0: f32, scale_1: f32, scale_2: f32, scale_3: f32, shift_0: f32, shift_1: f32, shift_2: f32, shift_3: f32,
}
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<vec4f>;

fn quad(at: Place) -> vec4f {
  let scale = vec4f(params.scale_0, params.scale_1, params.scale_2, params.scale_3);
  let shift = vec4f(params.shift_0, params.shift_1, params.shift_2, params.shift_3);
  return activate(scale * vec4f(x[address(params.x, at) / 4u]) + shift);
}
