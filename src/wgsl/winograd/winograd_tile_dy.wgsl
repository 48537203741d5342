// Tiles of 4x4 pixels of the gradient of a convolution's result into the domain of F(4x4, 3x3): e = A dy A^T. dy [N,P,Q,K],
// e [36][tile][K]. One invocation: one channel of a tile, those of neighbouring channels side by side. Frame: each, joined with
// winograd_tile_place.wgsl. Pixels past the edges are zeros.
struct Params { dy: Image, count: u32, tiles_h: u32, tiles_w: u32, tiles: u32 }
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> dy: array<f32>;
@group(0) @binding(2) var<storage, read_write> e: array<f32>;

// The polynomial of these coefficients at the points 0, 3/4, -3/4, 3/2, -3/2 and infinity.
fn evaluate(d0: f32, d1: f32, d2: f32, d3: f32) -> array<f32, 6> {
  let even1 = d0 + 0.5625 * d2;
  let odd1 = 0.75 * d1 + 0.421875 * d3;
  let even2 = d0 + 2.25 * d2;
  let odd2 = 1.5 * d1 + 3.375 * d3;
  return array(d0, even1 + odd1, even1 - odd1, even2 + odd2, even2 - odd2, d3);
}

fn item(i: u32) {
  let at = tile_place(i, params.dy.written);
  var columns: array<array<f32, 6>, 4>;
  for (var s = 0u; s < 4u; s++) {
    var d: array<f32, 4>;
    for (var r = 0u; r < 4u; r++) {
      // As in winograd_tile_input.wgsl, for Dawn 0.6.2.
      d[r] = 0.0;
      let pixel = Place(at.n, at.h + r, at.w + s, at.c);
      if (pixel.h < params.dy.height && pixel.w < params.dy.width) { d[r] = f32(dy[address(params.dy, pixel)]); }
    }
    columns[s] = evaluate(d[0], d[1], d[2], d[3]);
  }
  let point = params.tiles * params.dy.written;
  for (var r = 0u; r < 6u; r++) {
    let row = evaluate(columns[0][r], columns[1][r], columns[2][r], columns[3][r]);
    for (var s = 0u; s < 6u; s++) { e[i + (6u * r + s) * point] = row[s]; }
  }
}
