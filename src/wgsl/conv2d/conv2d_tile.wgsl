// Convolution as a matrix product in tiles of PIXELS by 4 QUADS filters, by way of workgroup memory: for real GPUs.
// x [N,H,W,C], w [R,S,C][K/4] with K padded to whole tiles, y [z][N,P,Q,K]. One workgroup: a tile, sixteen of the R*S*C products at
// a time, of the `length` that z has: while sixteen are worked on, the next are on their way. DOWN by ACROSS invocations; one of
// them: PIXELS / DOWN pixels, DOWN apart, by QUADS / ACROSS vectors of filters, ACROSS apart. Joined with conv2d_tile_params.wgsl and weight_quad.wgsl.
// Where PARTED is 1, sums are of parts of `part` products, whether z has one of them or all: then they are the same to the last bit.
const STEP = 16u;
const SIZE = DOWN * ACROSS;
// What an invocation makes, and what it loads at a step: its pixels are SIZE / 4 apart.
const ROWS = PIXELS / DOWN;
const VECTORS = QUADS / ACROSS;
const LOADS_X = PIXELS * 4u / SIZE;
const LOADS_W = STEP * QUADS / SIZE;
// Twice what a step takes: one half is read while the other is written.
const HALF_X = PIXELS * 4u;
const HALF_W = STEP * QUADS;
var<workgroup> sh_x: array<vec4f, 2u * HALF_X>;  // [half][pixel][four of the products]
var<workgroup> sh_w: array<vec4f, 2u * HALF_W>;  // [half][product][four of the filters]

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
  let begin = id.z * params.z_from;
  let end = min(begin + params.length, params.products);
  var tap = (begin + local % 4u * 4u) / params.channels;
  var c = (begin + local % 4u * 4u) % params.channels;
  var sum: array<vec4f, ROWS * VECTORS>;
  var whole: array<vec4f, ROWS * VECTORS>;
  var seen: array<vec4f, LOADS_X>;
  var weights: array<vec4f, LOADS_W>;
  // `start`: the products that are loaded; those before them are worked on. The halves by a loop of their own: then it is plain to
  // compilers that every index is within bounds.
  for (var pair = begin; pair < end + STEP; pair += 2u * STEP) {
    for (var half = 0u; half < 2u; half++) {
      let start = pair + half * STEP;
      if (start < end) {
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
          seen[j] = vec4f(0.0);
          if (there) { seen[j] = vec4f(x[(id.z * params.z_x + address(params.x, Place(mine[j].n, h, v, c))) / 4u]); }
        }
        for (var j = 0u; j < LOADS_W; j++) {
          let i = local + SIZE * j;
          let product = start + i / QUADS;
          weights[j] = vec4f(0.0);
          if (product < end) { weights[j] = w_at(id.z * params.z_w + (product * params.panels + panel) * QUADS + i % QUADS); }
        }
        c += STEP;
      }
      if (start > begin && start < end + STEP) {
        for (var k = 0u; k < STEP / 4u; k++) {
          var held: array<vec4f, ROWS>;
          for (var i = 0u; i < ROWS; i++) { held[i] = sh_x[half * HALF_X + (local / ACROSS + DOWN * i) * 4u + k]; }
          for (var lane = 0u; lane < 4u; lane++) {
            for (var j = 0u; j < VECTORS; j++) {
              let quad = sh_w[half * HALF_W + (k * 4u + lane) * QUADS + local % ACROSS + ACROSS * j];
              for (var i = 0u; i < ROWS; i++) { sum[i * VECTORS + j] += held[i][lane] * quad; }
            }
          }
        }
        if (PARTED == 1u && ((start - begin) % params.part == 0u || start >= end)) {
          for (var i = 0u; i < ROWS * VECTORS; i++) {
            whole[i] += sum[i];
            sum[i] = vec4f(0.0);
          }
        }
      }
      for (var j = 0u; j < LOADS_X; j++) { sh_x[(1u - half) * HALF_X + local + SIZE * j] = seen[j]; }
      for (var j = 0u; j < LOADS_W; j++) { sh_w[(1u - half) * HALF_W + local + SIZE * j] = weights[j]; }
      workgroupBarrier();
    }
  }
  // All that is added is read before anything is written: whether that changes it, a compiler cannot know.
  var to: array<u32, ROWS>;
  for (var i = 0u; i < ROWS; i++) {
    let m = first + local / ACROSS + DOWN * i;
    var at = pixel_place(params.y, m);
    to[i] = id.z * params.z_y + address(params.y, at);
    for (var j = 0u; j < VECTORS; j++) {
      at.c = (panel * QUADS + local % ACROSS + ACROSS * j) * 4u;
      if (PARTED == 1u) { sum[i * VECTORS + j] = whole[i * VECTORS + j]; }
      if (m < params.pixels && at.c < params.y.written) { sum[i * VECTORS + j] = added(sum[i * VECTORS + j], at); }
    }
  }
  for (var i = 0u; i < ROWS; i++) {
    if (first + local / ACROSS + DOWN * i >= params.pixels) { break; }
    for (var j = 0u; j < VECTORS; j++) {
      let c = (panel * QUADS + local % ACROSS + ACROSS * j) * 4u;
      if (c >= params.y.written) { break; }
      y[(to[i] + c) / 4u] = Quad(select(vec4f(0.0), activate(sum[i * VECTORS + j]), kept(params.y, c)));
    }
  }
}
