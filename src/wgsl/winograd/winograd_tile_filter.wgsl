// Filters [K,C,3,3] into the domain of F(4x4, 3x3): u = G g G^T, once, when a model is loaded. u [point][C][K/4], C as the input has it.
// Frame: each, an item being four filters of a channel. Channels and filters past the last are zero. Joined with a put_*.wgsl.
struct Params { count: u32, quads: u32, filters: u32, channels: u32 }
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> w: array<f32>;

// The polynomial a + b t + c t^2 at the points 0, 3/4, -3/4, 3/2, -3/2 and infinity, over the factors that B^T leaves out.
fn evaluate(a: vec4f, b: vec4f, c: vec4f) -> array<vec4f, 6> {
  let even1 = a + 0.5625 * c;
  let even2 = a + 2.25 * c;
  return array(
    a / 1.265625,
    (even1 + 0.75 * b) / -1.8984375,
    (even1 - 0.75 * b) / -1.8984375,
    (even2 + 1.5 * b) / 7.59375,
    (even2 - 1.5 * b) / 7.59375,
    c,
  );
}

fn item(i: u32) {
  let c = i / params.quads;
  let first = i % params.quads * 4u;
  var g: array<vec4f, 9>;
  for (var lane = 0u; lane < 4u; lane++) {
    let k = first + lane;
    for (var tap = 0u; tap < 9u; tap++) {
      if (k < params.filters && c < params.channels) { g[tap][lane] = w[(k * params.channels + c) * 9u + tap]; }
    }
  }
  let left = evaluate(g[0], g[3], g[6]);
  let middle = evaluate(g[1], g[4], g[7]);
  let right = evaluate(g[2], g[5], g[8]);
  for (var row = 0u; row < 6u; row++) {
    let points = evaluate(left[row], middle[row], right[row]);
    for (var column = 0u; column < 6u; column++) { put(vec2u(i + (row * 6u + column) * params.count, 0u), points[column]); }
  }
}
