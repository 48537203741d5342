// The gradient of a loss that adds up `term` of x and its target: `slope`, times the upstream gradient dy [1], divided by how many numbers a
// mean is of. x, t, y [N,H,W,C]. Frame: each_quad.
struct Params { x: Image, t: Image, y: Image, count: u32, divisor: f32 }
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<vec4f>;
@group(0) @binding(3) var<storage, read> t: array<vec4f>;
@group(0) @binding(4) var<storage, read> dy: array<f32>;

fn quad(at: Place) -> vec4f {
  let slopes = slope(vec4f(x[address(params.x, at) / 4u]), vec4f(t[address(params.t, at) / 4u]));
  return slopes * (dy[0] / params.divisor);
}
