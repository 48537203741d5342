// Products back from Winograd's domain: y = A^T m A, then what follows the sum. m [36][tile][K], y [N,P,Q,K].
// One invocation: one channel of a tile of 4x4 pixels; vectors are four pixels of a row.
struct Params {
  tiles_h: u32, tiles_w: u32, tiles: u32, channels: u32, filters: u32, side: u32, out_h: u32, out_w: u32,
  y_offset: u32, y_image: u32, y_row: u32, y_pixel: u32, r_offset: u32, r_image: u32, r_row: u32, r_pixel: u32,
  low: f32, high: f32,
}
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> m: array<f32>;
@group(0) @binding(2) var<storage, read_write> y: array<f32>;
override LANES: u32;

// Columns of A^T: the powers 0 to 3 of the points 0, 3/4, -3/4, 3/2, -3/2 and infinity.
const POWERS = array(
  vec4f(1.0, 0.0, 0.0, 0.0), vec4f(1.0, 0.75, 0.5625, 0.421875), vec4f(1.0, -0.75, 0.5625, -0.421875),
  vec4f(1.0, 1.5, 2.25, 3.375), vec4f(1.0, -1.5, 2.25, -3.375), vec4f(0.0, 0.0, 0.0, 1.0),
);

@compute @workgroup_size(LANES)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let k = id.x;
  if (k >= params.channels) { return; }
  let n = id.z / params.tiles_h;
  let down = id.z - n * params.tiles_h;
  let point = params.tiles * params.channels;
  var at = ((n * params.tiles_h + down) * params.tiles_w + id.y) * params.channels + k;
  let bias = vec4f(load_bias(k));
  var r0 = bias;
  var r1 = bias;
  var r2 = bias;
  var r3 = bias;
  for (var i = 0u; i < params.side; i++) {
    let m0 = m[at];
    let m1 = m[at + point];
    let m2 = m[at + 2u * point];
    let m3 = m[at + 3u * point];
    let m4 = m[at + 4u * point];
    let m5 = m[at + 5u * point];
    let even1 = m1 + m2;
    let odd1 = m1 - m2;
    let even2 = m3 + m4;
    let odd2 = m3 - m4;
    let row = vec4f(
      m0 + even1 + even2,
      0.75 * odd1 + 1.5 * odd2,
      0.5625 * even1 + 2.25 * even2,
      0.421875 * odd1 + 3.375 * odd2 + m5,
    );
    let power = POWERS[i];
    r0 += power.x * row;
    r1 += power.y * row;
    r2 += power.z * row;
    r3 += power.w * row;
    at += 6u * point;
  }
  let keep = k < params.filters;
  for (var i = 0u; i < min(4u, params.out_h - 4u * down); i++) {
    let p = 4u * down + i;
    let q = 4u * id.y;
    let sum = select(select(r3, r2, i == 2u), select(r1, r0, i == 0u), i < 2u);
    let added = vec4f(
      load_residual(n, p, q, k), load_residual(n, p, q + 1u, k),
      load_residual(n, p, q + 2u, k), load_residual(n, p, q + 3u, k),
    );
    let value = select(vec4f(0.0), activate(sum + added), keep);
    let to = params.y_offset + n * params.y_image + p * params.y_row + q * params.y_pixel + k;
    y[to] = value.x;
    if (q + 1u < params.out_w) { y[to + params.y_pixel] = value.y; }
    if (q + 2u < params.out_w) { y[to + 2u * params.y_pixel] = value.z; }
    if (q + 3u < params.out_w) { y[to + 3u * params.y_pixel] = value.w; }
  }
}
