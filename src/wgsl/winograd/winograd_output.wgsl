// Products back from Winograd's domain: y = A^T m A, then what follows the sum. x is m [SIDE^2][tile][K], y [N,P,Q,K].
// One invocation: four channels of a tile of STEP x STEP pixels. One store, as in winograd_input.wgsl. Joined with what A is,
// winograd_output_2.wgsl or winograd_output_4.wgsl, and with x_quads.wgsl or x_texels.wgsl.
struct Params {
  y: Image, residual: Image, tiles_h: u32, tiles_w: u32, tiles: u32, side: u32, has_bias: u32, has_residual: u32, low: f32, high: f32,
}
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(2) var<storage, read_write> y: array<Quad>;
override LANES: u32;

@compute @workgroup_size(LANES)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let k = id.x * 4u;
  if (k >= params.y.written) { return; }
  let n = id.z / params.tiles_h;
  let down = id.z - n * params.tiles_h;
  let point = params.tiles * params.y.written;
  var at = ((n * params.tiles_h + down) * params.tiles_w + id.y) * params.y.written + k;
  var sums = started(select(vec4f(0.0), load_bias(k), params.has_bias == 1u));
  for (var i = 0u; i < params.side; i++) {
    sums = add_points(sums, i, load_row(at, point));
    at += params.side * point;
  }
  let keep = kept(params.y, k);
  let first = Place(n, STEP * down, STEP * id.y, k);
  for (var i = 0u; i < min(STEP, params.y.height - first.h); i++) {
    var row = sums.r0;
    for (var j = 0u; j < min(STEP, params.y.width - first.w); j++) {
      let to = Place(n, first.h + i, first.w + j, k);
      y[address(params.y, to) / 4u] = Quad(select(vec4f(0.0), activate(row.p0 + load_residual(to)), keep));
      row = next_pixel(row);
    }
    sums = next_row(sums);
  }
}
