// Products back from the domain of F(4x4, 3x3): y = A^T m A, then what follows the sum. m [36][tile][K], y [N,P,Q,K]. One
// invocation: one channel of a tile of 4x4 pixels, those of neighbouring channels side by side; vectors are pixels of a row. Frame: each.
// Joined with winograd_tile_place.wgsl, and winograd_tile_rows.wgsl or winograd_tile_pooled.wgsl, which makes y half as high and wide.
struct Params {
  y: Image, residual: Image, count: u32, tiles_h: u32, tiles_w: u32, tiles: u32, low: f32, high: f32,
}
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> m: array<f32>;
@group(0) @binding(2) var<storage, read_write> y: array<Scalar>;

// A^T: the powers 0 to 3 of the points 0, 3/4, -3/4, 3/2, -3/2 and infinity.
fn interpolate(m0: f32, m1: f32, m2: f32, m3: f32, m4: f32, m5: f32) -> vec4f {
  let even1 = m1 + m2;
  let odd1 = m1 - m2;
  let even2 = m3 + m4;
  let odd2 = m3 - m4;
  return vec4f(
    m0 + even1 + even2,
    0.75 * odd1 + 1.5 * odd2,
    0.5625 * even1 + 2.25 * even2,
    0.421875 * odd1 + 3.375 * odd2 + m5,
  );
}

fn row_of(columns: ptr<function, array<vec4f, 6>>, r: u32) -> vec4f {
  return interpolate((*columns)[0][r], (*columns)[1][r], (*columns)[2][r], (*columns)[3][r], (*columns)[4][r], (*columns)[5][r]);
}

fn item(i: u32) {
  let point = params.tiles * params.y.written;
  var columns: array<vec4f, 6>;
  for (var s = 0u; s < 6u; s++) {
    var p: array<f32, 6>;
    for (var r = 0u; r < 6u; r++) { p[r] = m[i + (6u * r + s) * point]; }
    columns[s] = interpolate(p[0], p[1], p[2], p[3], p[4], p[5]);
  }
  store_tile(&columns, tile_place(i, params.y.written));
}
