// y = activate(a OP b), each operand with strides of its own: a stride of 0 repeats it. Frame: each_quad.
struct Params {
  a: Image, b: Image, y: Image, count: u32, a_channel: u32, b_channel: u32, low: f32, high: f32,
}
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> a: array<f32>;
@group(0) @binding(3) var<storage, read> b: array<f32>;
override OPERATION: u32;  // 0 add, 1 multiply

fn quad(at: Place) -> vec4f {
  let pixel = Place(at.n, at.h, at.w, 0u);
  let a0 = address(params.a, pixel);
  let b0 = address(params.b, pixel);
  var value = vec4f(0.0);
  for (var lane = 0u; lane < 4u; lane++) {
    let c = min(at.c + lane, params.y.channels - 1u);
    let left = f32(a[a0 + c * params.a_channel]);
    let right = f32(b[b0 + c * params.b_channel]);
    value[lane] = select(left + right, left * right, OPERATION == 1u);
  }
  return activate(value);
}
