// Depthwise convolution of texels: each channel by its own filter. x [N,H,W,C] with its zeros around it, w [tap][C], y [N,P,Q,C].
// One invocation: four pixels of a row in four channels. What they see of a row is read once; pixels past the edge are computed
// from anything and thrown away. x is seen from the output: at a pixel lies the first tap of its kernel. Taps are neighbours.
// Joined with x_texels.wgsl.
struct Params {
  x: Image, y: Image, residual: Image, count: u32, quads: u32, rows: u32, tap_down: u32, tap_across: u32, low: f32, high: f32,
}
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(2) var w: texture_storage_2d<rgba32float, read>;
@group(0) @binding(3) var<storage, read_write> y: array<Quad>;
override LANES: u32;
const SPAN = 3u * STRIDE + COLUMNS;

@compute @workgroup_size(LANES)
fn main(@builtin(global_invocation_id) id: vec3u) {
  if (id.x >= params.count) { return; }
  let quad = id.x % params.quads;
  let n = id.y / params.y.height;
  let first = Place(n, id.y - n * params.y.height, id.x / params.quads * 4u, quad * 4u);
  let bias = load_bias(first.c);
  var sums = array(bias, bias, bias, bias);
  var row = address(params.x, first);
  for (var r = 0u; r < params.rows; r++) {
    var seen: array<vec4f, SPAN>;
    for (var j = 0u; j < SPAN; j++) { seen[j] = load_x(row + j * params.tap_across); }
    for (var s = 0u; s < COLUMNS; s++) {
      let held = textureLoad(w, vec2u(quad, r * COLUMNS + s));
      for (var q = 0u; q < 4u; q++) { sums[q] = fma(held, seen[q * STRIDE + s], sums[q]); }
    }
    row += params.tap_down;
  }
  let keep = kept(params.y, first.c);
  for (var i = 0u; i < min(4u, params.y.width - first.w); i++) {
    let at = beside(first, i);
    y[address(params.y, at) / 4u] = Quad(select(vec4f(0.0), activate(sums[0] + load_residual(at)), keep));
    sums = array(sums[1], sums[2], sums[3], sums[0]);
  }
}
