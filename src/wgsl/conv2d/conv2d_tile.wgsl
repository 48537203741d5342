// Convolution as a matrix product in tiles of PIXELS by 4 QUADS filters, by way of workgroup memory: for real GPUs.
// x [N,H,W,C], w [R,S,C][K/4] with K padded to whole tiles, y [part][N,P,Q,K]. One workgroup: a tile, sixteen of the R*S*C products
// at a time, of those that part z has. DOWN by ACROSS invocations; one of them: PIXELS / DOWN pixels, DOWN apart, by
// QUADS / ACROSS vectors of filters, ACROSS apart. Joined with weight_quad.wgsl.
struct Params {
  x: Image, y: Image, residual: Image, count: u32, panels: u32, pixels: u32, products: u32, part: u32, part_size: u32,
  columns: u32, channels: u32, stride_h: u32, stride_w: u32, pad_top: u32, pad_left: u32, dilation_h: u32, dilation_w: u32,
  has_bias: u32, has_residual: u32, low: f32, high: f32,
}
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<vec4f>;
@group(0) @binding(3) var<storage, read_write> y: array<Quad>;
const STEP = 16u;
const SIZE = DOWN * ACROSS;
// What an invocation makes, and what it loads at a step: its pixels are SIZE / 4 apart.
const ROWS = PIXELS / DOWN;
const VECTORS = QUADS / ACROSS;
const LOADS_X = PIXELS * 4u / SIZE;
const LOADS_W = STEP * QUADS / SIZE;
var<workgroup> sh_x: array<vec4f, PIXELS * 4u>;  // [pixel][four of the products]
var<workgroup> sh_w: array<vec4f, STEP * QUADS>;  // [product][four of the filters]

@compute @workgroup_size(SIZE)
fn main(
  @builtin(workgroup_id) id: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) local: u32,
) {
  let tile = linear_index(id, groups, 1u);
  if (tile >= params.count) { return; }
  let panel = tile % params.panels;
  let first = tile / params.panels * PIXELS;
  var mine: array<Place, LOADS_X>;
  for (var j = 0u; j < LOADS_X; j++) { mine[j] = pixel_place(params.y, first + local / 4u + SIZE / 4u * j); }
  let end = min((id.z + 1u) * params.part, params.products);
  let from_product = id.z * params.part + local % 4u * 4u;
  var tap = from_product / params.channels;
  var c = from_product % params.channels;
  var sum: array<vec4f, ROWS * VECTORS>;
  for (var start = id.z * params.part; start < end; start += STEP) {
    while (c >= params.channels) {
      c -= params.channels;
      tap++;
    }
    // Where the kernel hangs over the edge are zeros: above it and left of it the subtraction wraps.
    let down = tap / params.columns * params.dilation_h - params.pad_top;
    let across = tap % params.columns * params.dilation_w - params.pad_left;
    let valid = start + local % 4u * 4u < end;
    for (var j = 0u; j < LOADS_X; j++) {
      let h = mine[j].h * params.stride_h + down;
      let v = mine[j].w * params.stride_w + across;
      let there = valid && first + local / 4u + SIZE / 4u * j < params.pixels && h < params.x.height && v < params.x.width;
      var seen = vec4f(0.0);
      if (there) { seen = vec4f(x[address(params.x, Place(mine[j].n, h, v, c)) / 4u]); }
      sh_x[local + SIZE * j] = seen;
    }
    for (var j = 0u; j < LOADS_W; j++) {
      let i = local + SIZE * j;
      let product = start + i / QUADS;
      var weights = vec4f(0.0);
      if (product < end) { weights = w_at((product * params.panels + panel) * QUADS + i % QUADS); }
      sh_w[i] = weights;
    }
    workgroupBarrier();
    for (var k = 0u; k < STEP / 4u; k++) {
      var held: array<vec4f, ROWS>;
      for (var i = 0u; i < ROWS; i++) { held[i] = sh_x[(local / ACROSS + DOWN * i) * 4u + k]; }
      for (var j = 0u; j < VECTORS; j++) {
        let row = k * 4u * QUADS + local % ACROSS + ACROSS * j;
        let weights = mat4x4f(sh_w[row], sh_w[row + QUADS], sh_w[row + 2u * QUADS], sh_w[row + 3u * QUADS]);
        for (var i = 0u; i < ROWS; i++) { sum[i * VECTORS + j] += weights * held[i]; }
      }
    }
    workgroupBarrier();
    c += STEP;
  }
  for (var i = 0u; i < ROWS; i++) {
    let m = first + local / ACROSS + DOWN * i;
    if (m >= params.pixels) { continue; }
    var at = pixel_place(params.y, m);
    for (var j = 0u; j < VECTORS; j++) {
      at.c = (panel * QUADS + local % ACROSS + ACROSS * j) * 4u;
      if (at.c >= params.y.written) { continue; }
      let value = finished(sum[i * VECTORS + j], at);
      y[(id.z * params.part_size + address(params.y, at)) / 4u] = Quad(select(vec4f(0.0), value, kept(params.y, at.c)));
    }
  }
}
