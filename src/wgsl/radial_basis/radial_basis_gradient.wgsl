// dx[n,i] = the sum of 2 dy[n,o] (x[n,i] - w[o,i]) over the centres o. w [O,I]. Frame: each_quad.
struct Params { x: Image, dy: Image, y: Image, count: u32 }
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<vec4f>;
@group(0) @binding(3) var<storage, read> w: array<f32>;
@group(0) @binding(4) var<storage, read> dy: array<f32>;

fn quad(at: Place) -> vec4f {
  let features = params.x.channels;
  let columns = min(vec4u(at.c, at.c + 1u, at.c + 2u, at.c + 3u), vec4u(features - 1u));
  let v = vec4f(x[address(params.x, at) / 4u]);
  let first = address(params.dy, Place(at.n, 0u, 0u, 0u));
  var sum = vec4f(0.0);
  for (var o = 0u; o < params.dy.channels; o++) {
    let row = columns + o * features;
    sum += 2.0 * f32(dy[first + o]) * (v - vec4f(w[row.x], w[row.y], w[row.z], w[row.w]));
  }
  return sum;
}
