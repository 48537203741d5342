// What an activation function passes back: y = gradient(v, dy), v being its result or its input. Frame: each_quad.
struct Params { v: Image, dy: Image, y: Image, count: u32, slope: f32 }
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> v: array<vec4f>;
@group(0) @binding(3) var<storage, read> dy: array<vec4f>;

fn quad(at: Place) -> vec4f {
  return gradient(vec4f(v[address(params.v, at) / 4u]), vec4f(dy[address(params.dy, at) / 4u]));
}
