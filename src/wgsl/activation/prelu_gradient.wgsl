// dx = dy, times the slope unless x is above zero; of the slope: dy x unless x is above zero, else nothing. Frame: each_quad.
struct Params { x: Image, dy: Image, y: Image, count: u32, slopes: u32, of_weight: u32 }
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<vec4f>;
@group(0) @binding(3) var<storage, read> weight: array<f32>;
@group(0) @binding(4) var<storage, read> dy: array<vec4f>;

fn quad(at: Place) -> vec4f {
  let slope = min(vec4u(at.c, at.c + 1u, at.c + 2u, at.c + 3u), vec4u(params.slopes - 1u));
  let v = vec4f(x[address(params.x, at) / 4u]);
  let d = vec4f(dy[address(params.dy, at) / 4u]);
  if (params.of_weight == 1u) { return select(d * v, vec4f(0.0), v > vec4f(0.0)); }
  return select(d * vec4f(weight[slope.x], weight[slope.y], weight[slope.z], weight[slope.w]), d, v > vec4f(0.0));
}
