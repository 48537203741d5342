// Products back from Winograd's domain: y = A^T m A, then what follows the sum. m [36][tile][K], y [N,P,Q,K].
// One invocation: one channel of a tile of 4x4 pixels; vectors are four pixels of a row.
struct Params {
  y: Image, residual: Image, tiles_h: u32, tiles_w: u32, tiles: u32, side: u32, low: f32, high: f32,
}
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> m: array<f32>;
@group(0) @binding(2) var<storage, read_write> y: array<Scalar>;
override LANES: u32;

// Columns of A^T: the powers 0 to 3 of the points 0, 3/4, -3/4, 3/2, -3/2 and infinity.
const POWERS = array(
  vec4f(1.0, 0.0, 0.0, 0.0), vec4f(1.0, 0.75, 0.5625, 0.421875), vec4f(1.0, -0.75, 0.5625, -0.421875),
  vec4f(1.0, 1.5, 2.25, 3.375), vec4f(1.0, -1.5, 2.25, -3.375), vec4f(0.0, 0.0, 0.0, 1.0),
);

@compute @workgroup_size(LANES)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let k = id.x;
  if (k >= params.y.written) { return; }
  let n = id.z / params.tiles_h;
  let down = id.z - n * params.tiles_h;
  let point = params.tiles * params.y.written;
  var at = ((n * params.tiles_h + down) * params.tiles_w + id.y) * params.y.written + k;
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
  let keep = k < params.y.channels;
  for (var i = 0u; i < min(4u, params.y.height - 4u * down); i++) {
    let to = Place(n, 4u * down + i, 4u * id.y, k);
    let sum = select(select(r3, r2, i == 2u), select(r1, r0, i == 0u), i < 2u);
    let added = vec4f(
      load_residual(to), load_residual(beside(to, 1u)), load_residual(beside(to, 2u)), load_residual(beside(to, 3u)),
    );
    let value = select(vec4f(0.0), activate(sum + added), keep);
    let first = address(params.y, to);
    y[first] = Scalar(value.x);
    if (to.w + 1u < params.y.width) { y[first + params.y.pixel] = Scalar(value.y); }
    if (to.w + 2u < params.y.width) { y[first + 2u * params.y.pixel] = Scalar(value.z); }
    if (to.w + 3u < params.y.width) { y[first + 3u * params.y.pixel] = Scalar(value.w); }
  }
}
