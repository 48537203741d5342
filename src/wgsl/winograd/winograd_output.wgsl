// Products back from Winograd's domain: y = A^T m A, then what follows the sum. m [SIDE^2][tile][K], y [N,P,Q,K].
// One invocation: one channel of a tile of STEP x STEP pixels; vectors are pixels of a row.
// Joined with what A is: winograd_output_2.wgsl or winograd_output_4.wgsl.
struct Params {
  y: Image, residual: Image, tiles_h: u32, tiles_w: u32, tiles: u32, side: u32, low: f32, high: f32,
}
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> m: array<f32>;
@group(0) @binding(2) var<storage, read_write> y: array<Scalar>;
override LANES: u32;

@compute @workgroup_size(LANES)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let k = id.x;
  if (k >= params.y.written) { return; }
  let n = id.z / params.tiles_h;
  let down = id.z - n * params.tiles_h;
  let point = params.tiles * params.y.written;
  var at = ((n * params.tiles_h + down) * params.tiles_w + id.y) * params.y.written + k;
  var sums = started(vec4f(load_bias(k)));
  for (var i = 0u; i < params.side; i++) {
    sums = add_points(sums, i, at, point);
    at += params.side * point;
  }
  let keep = k < params.y.channels;
  for (var i = 0u; i < min(STEP, params.y.height - STEP * down); i++) {
    let to = Place(n, STEP * down + i, STEP * id.y, k);
    var added = vec4f(load_residual(to), load_residual(beside(to, 1u)), 0.0, 0.0);
    if (STEP > 2u) { added = vec4f(added.xy, load_residual(beside(to, 2u)), load_residual(beside(to, 3u))); }
    let value = select(vec4f(0.0), activate(row_of(sums, i) + added), keep);
    let first = address(params.y, to);
    y[first] = Scalar(value.x);
    if (to.w + 1u < params.y.width) { y[first + params.y.pixel] = Scalar(value.y); }
    if (STEP == 2u) { continue; }
    if (to.w + 2u < params.y.width) { y[first + 2u * params.y.pixel] = Scalar(value.z); }
    if (to.w + 3u < params.y.width) { y[first + 3u * params.y.pixel] = Scalar(value.w); }
  }
}
