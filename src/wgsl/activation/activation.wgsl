// An activation function on its own: y = activate(x). Frame: each_quad.
struct Params { x: Image, y: Image, count: u32, low: f32, high: f32 }
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<vec4f>;

fn quad(at: Place) -> vec4f {
  return activate(vec4f(x[address(params.x, at) / 4u]));
}
