// Tiles of 6x6 pixels, four apart, into Winograd's domain: v = B^T d B. x [N,H,W,C] with zeros around, v [36][tile][C].
// One invocation: one channel of a tile. Row by row, `side` of them: the count is a uniform so that nothing is unrolled.
struct Params { x: Image, tiles_h: u32, tiles_w: u32, tiles: u32, side: u32 }
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read_write> v: array<f32>;
override LANES: u32;

// Columns of B^T, upper and lower half, for the points 0, 3/4, -3/4, 3/2, -3/2 and infinity.
const UPPER = array(
  vec3f(1.265625, 0.0, 0.0), vec3f(0.0, -1.6875, 1.6875), vec3f(-2.8125, -2.25, -2.25),
  vec3f(0.0, 0.75, -0.75), vec3f(1.0, 1.0, 1.0), vec3f(0.0, 0.0, 0.0),
);
const LOWER = array(
  vec3f(0.0, 0.0, 0.0), vec3f(-0.84375, 0.84375, 1.265625), vec3f(-0.5625, -0.5625, 0.0),
  vec3f(1.5, -1.5, -2.8125), vec3f(1.0, 1.0, 0.0), vec3f(0.0, 0.0, 1.0),
);

@compute @workgroup_size(LANES)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let c = id.x;
  if (c >= params.x.written) { return; }
  let n = id.z / params.tiles_h;
  let down = id.z - n * params.tiles_h;
  var at = address(params.x, Place(n, 4u * down, 4u * id.y, c));
  var a0 = vec3f(0.0); var b0 = vec3f(0.0);
  var a1 = vec3f(0.0); var b1 = vec3f(0.0);
  var a2 = vec3f(0.0); var b2 = vec3f(0.0);
  var a3 = vec3f(0.0); var b3 = vec3f(0.0);
  var a4 = vec3f(0.0); var b4 = vec3f(0.0);
  var a5 = vec3f(0.0); var b5 = vec3f(0.0);
  for (var i = 0u; i < params.side; i++) {
    let d0 = f32(x[at]);
    let d1 = f32(x[at + params.x.pixel]);
    let d2 = f32(x[at + 2u * params.x.pixel]);
    let d3 = f32(x[at + 3u * params.x.pixel]);
    let d4 = f32(x[at + 4u * params.x.pixel]);
    let d5 = f32(x[at + 5u * params.x.pixel]);
    let even1 = d4 - 2.25 * d2;
    let odd1 = 0.75 * (d3 - 2.25 * d1);
    let even2 = d4 - 0.5625 * d2;
    let odd2 = 1.5 * (d3 - 0.5625 * d1);
    let a = vec3f(1.265625 * d0 - 2.8125 * d2 + d4, even1 + odd1, even1 - odd1);
    let b = vec3f(even2 + odd2, even2 - odd2, 1.265625 * d1 - 2.8125 * d3 + d5);
    let upper = UPPER[i];
    let lower = LOWER[i];
    a0 += upper.x * a; b0 += upper.x * b;
    a1 += upper.y * a; b1 += upper.y * b;
    a2 += upper.z * a; b2 += upper.z * b;
    a3 += lower.x * a; b3 += lower.x * b;
    a4 += lower.y * a; b4 += lower.y * b;
    a5 += lower.z * a; b5 += lower.z * b;
    at += params.x.row;
  }
  let tile = (n * params.tiles_h + down) * params.tiles_w + id.y;
  let point = params.tiles * params.x.written;
  var to = tile * params.x.written + c;
  to = store(to, point, a0, b0);
  to = store(to, point, a1, b1);
  to = store(to, point, a2, b2);
  to = store(to, point, a3, b3);
  to = store(to, point, a4, b4);
  to = store(to, point, a5, b5);
}

fn store(to: u32, point: u32, a: vec3f, b: vec3f) -> u32 {
  v[to] = a.x;
  v[to + point] = a.y;
  v[to + 2u * point] = a.z;
  v[to + 3u * point] = b.x;
  v[to + 4u * point] = b.y;
  v[to + 5u * point] = b.z;
  return to + 6u * point;
}
