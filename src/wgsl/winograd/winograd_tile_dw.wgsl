// The gradient of filters back from the domain of F(4x4, 3x3): dw = G^T du G. du [36][K][C], dw [K,C,3,3]. Frame: each, an item being
// a channel of a filter.
struct Params { count: u32 }
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> du: array<f32>;
@group(0) @binding(2) var<storage, read_write> dw: array<f32>;

// G^T: the powers 0 to 2 of the points 0, 3/4, -3/4, 3/2, -3/2 and infinity, over the factors that B^T leaves out.
fn interpolate(p0: f32, p1: f32, p2: f32, p3: f32, p4: f32, p5: f32) -> vec3f {
  let even1 = (p1 + p2) / -1.8984375;
  let odd1 = (p1 - p2) / -1.8984375;
  let even2 = (p3 + p4) / 7.59375;
  let odd2 = (p3 - p4) / 7.59375;
  return vec3f(p0 / 1.265625 + even1 + even2, 0.75 * odd1 + 1.5 * odd2, 0.5625 * even1 + 2.25 * even2 + p5);
}

fn item(i: u32) {
  var columns: array<vec3f, 6>;
  for (var s = 0u; s < 6u; s++) {
    var p: array<f32, 6>;
    for (var r = 0u; r < 6u; r++) { p[r] = du[i + (6u * r + s) * params.count]; }
    columns[s] = interpolate(p[0], p[1], p[2], p[3], p[4], p[5]);
  }
  for (var r = 0u; r < 3u; r++) {
    let row = interpolate(columns[0][r], columns[1][r], columns[2][r], columns[3][r], columns[4][r], columns[5][r]);
    for (var s = 0u; s < 3u; s++) { dw[i * 9u + r * 3u + s] = row[s]; }
  }
}
