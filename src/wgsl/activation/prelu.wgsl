// y = x, times a slope below zero: that of the channel, or the only one. Frame: each_quad.
struct Params { x: Image, y: Image, count: u32, slopes: u32 }
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<vec4f>;
@group(0) @binding(3) var<storage, read> weight: array<f32>;

fn quad(at: Place) -> vec4f {
  let slope = min(vec4u(at.c, at.c + 1u, at.c + 2u, at.c + 3u), vec4u(params.slopes - 1u));
  let v = vec4f(x[address(params.x, at) / 4u]);
  return select(v * vec4f(weight[slope.x], weight[slope.y], weight[slope.z], weight[slope.w]), v, v > vec4f(0.0));
}
