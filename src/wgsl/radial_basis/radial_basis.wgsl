// y = the squared distance of x from each row of w [O,I], four rows at a time. Frame: each_quad.
struct Params { x: Image, y: Image, count: u32 }
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(3) var<storage, read> w: array<f32>;

fn quad(at: Place) -> vec4f {
  let start = address(params.x, Place(at.n, 0u, 0u, 0u));
  let features = params.x.channels;
  let rows = min(vec4u(at.c, at.c + 1u, at.c + 2u, at.c + 3u), vec4u(params.y.channels - 1u)) * features;
  var sum = vec4f(0.0);
  for (var i = 0u; i < features; i++) {
    let away = f32(x[start + i]) - vec4f(w[rows.x + i], w[rows.y + i], w[rows.z + i], w[rows.w + i]);
    sum = fma(away, away, sum);
  }
  return sum;
}
