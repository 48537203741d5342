// Tiles of 6x6 pixels, four apart, into the domain of F(4x4, 3x3): v = B^T d B. x [N,H,W,C], v [36][tile][C]. One invocation: one
// channel of a tile, those of neighbouring channels side by side. Frame: each, joined with
// winograd_tile_place.wgsl. Pixels past the edges are zeros.
struct Params { x: Image, count: u32, tiles_h: u32, tiles_w: u32, tiles: u32, pad_top: u32, pad_left: u32 }
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read_write> v: array<f32>;

// B^T for the points 0, 3/4, -3/4, 3/2, -3/2 and infinity.
fn evaluate(d0: f32, d1: f32, d2: f32, d3: f32, d4: f32, d5: f32) -> array<f32, 6> {
  let even1 = d4 - 2.25 * d2;
  let odd1 = 0.75 * (d3 - 2.25 * d1);
  let even2 = d4 - 0.5625 * d2;
  let odd2 = 1.5 * (d3 - 0.5625 * d1);
  return array(
    1.265625 * d0 - 2.8125 * d2 + d4,
    even1 + odd1,
    even1 - odd1,
    even2 + odd2,
    even2 - odd2,
    1.265625 * d1 - 2.8125 * d3 + d5,
  );
}

fn item(i: u32) {
  let at = tile_place(i, params.x.written);
  // Above the edge and left of it the subtraction wraps.
  let top = at.h - params.pad_top;
  let left = at.w - params.pad_left;
  var columns: array<array<f32, 6>, 6>;
  for (var s = 0u; s < 6u; s++) {
    var d: array<f32, 6>;
    for (var r = 0u; r < 6u; r++) {
      // Dawn 0.6.2 zeroes a variable without a value once, and not each time around the loop as WGSL has it.
      d[r] = 0.0;
      if (top + r < params.x.height && left + s < params.x.width) { d[r] = f32(x[address(params.x, Place(at.n, top + r, left + s, at.c))]); }
    }
    columns[s] = evaluate(d[0], d[1], d[2], d[3], d[4], d[5]);
  }
  let point = params.tiles * params.x.written;
  for (var r = 0u; r < 6u; r++) {
    let row = evaluate(columns[0][r], columns[1][r], columns[2][r], columns[3][r], columns[4][r], columns[5][r]);
    for (var s = 0u; s < 6u; s++) { v[i + (6u * r + s) * point] = row[s]; }
  }
}
