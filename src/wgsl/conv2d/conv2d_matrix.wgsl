// Convolution as the matrix product of conv2d_tile.wgsl, by a GPU's units for small matrices: x and w as f16, sums in f32.
// x [N,H,W,C], w [R,S,C][K/4] with K padded to whole tiles, y [z][N,P,Q,K]. One workgroup: a tile of PIXELS by 4 QUADS filters,
// thirty-two of the R*S*C products at a time, K being sixteen. DOWN by ACROSS subgroups of LANES invocations; one of them: ROWS by
// COLUMNS matrices of M pixels and N filters, K products at a time. Joined with conv2d_tile_params.wgsl, weight_halves.wgsl and one of
// matrices_*.wgsl. PARTED as in conv2d_tile.wgsl.
const STEP = 2u * K;
const SIZE = DOWN * ACROSS * LANES;
// What an invocation loads at a step, and what it stores of one row of matrices.
const LOADS_X = PIXELS * 8u / SIZE;
const LOADS_W = STEP * QUADS / SIZE;
const STORES = DOWN * M * QUADS / SIZE;
// Vectors from row to row in workgroup memory: some more than there are, so that rows begin in different banks.
const PITCH_X = 10u;
const PITCH_W = QUADS + 2u;
const PITCH_Y = QUADS + 1u;
var<workgroup> sh_x: array<vec4h, PIXELS * PITCH_X>;  // [pixel][four of the products]
var<workgroup> sh_w: array<vec4h, STEP * PITCH_W>;  // [product][four of the filters]
var<workgroup> sh_y: array<vec4f, DOWN * M * PITCH_Y>;  // [pixel of a row of matrices][four of the filters]

@compute @workgroup_size(SIZE)
fn main(
  @builtin(workgroup_id) id: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) local: u32,
  @builtin(subgroup_id) subgroup: u32,
) {
  let tile = linear_index(id, groups, 1u);
  if (tile >= params.count) { return; }
  let panel = tile % params.panels;
  let first = tile / params.panels * PIXELS;
  // A mask that changes nothing, and the two steps below with no loop, let drivers see that all matrices lie within bounds.
  let place = subgroup & (DOWN * ACROSS - 1u);
  let below = place / ACROSS;
  let beyond = place % ACROSS;
  let shared_at = below * M * PITCH_Y + beyond * COLUMNS * N / 4u;
  var mine: array<Place, LOADS_X>;
  for (var j = 0u; j < LOADS_X; j++) { mine[j] = pixel_place(params.y, first + local / 8u + SIZE / 8u * j); }
  let begin = id.z * params.z_from;
  let end = min(begin + params.length, params.products);
  var tap = (begin + local % 8u * 4u) / params.channels;
  var c = (begin + local % 8u * 4u) % params.channels;
  var sums: Sums;
  var whole: array<vec4f, ROWS * STORES>;
  var seen: array<vec4h, LOADS_X>;
  var weights: array<vec4h, LOADS_W>;
  // `start`: the products that are loaded; those before them are worked on.
  for (var start = begin; start < end + STEP; start += STEP) {
    if (start > begin) {
      for (var j = 0u; j < LOADS_X; j++) { sh_x[(local / 8u + SIZE / 8u * j) * PITCH_X + local % 8u] = seen[j]; }
      for (var j = 0u; j < LOADS_W; j++) {
        let i = local + SIZE * j;
        sh_w[i / QUADS * PITCH_W + i % QUADS] = weights[j];
      }
    }
    workgroupBarrier();
    if (start < end) {
      while (c >= params.channels) {
        c -= params.channels;
        tap++;
      }
      // Where the kernel hangs over the edge are zeros: above it and left of it the subtraction wraps.
      let down = tap / params.columns * params.dilation_h - params.pad_top;
      let across = tap % params.columns * params.dilation_w - params.pad_left;
      let valid = start + local % 8u * 4u < end;
      for (var j = 0u; j < LOADS_X; j++) {
        let h = mine[j].h * params.stride_h + down;
        let v = mine[j].w * params.stride_w + across;
        let there = valid && first + local / 8u + SIZE / 8u * j < params.pixels && h < params.x.height && v < params.x.width;
        seen[j] = vec4h(0.0);
        if (there) { seen[j] = vec4h(x[(id.z * params.z_x + address(params.x, Place(mine[j].n, h, v, c))) / 4u]); }
      }
      for (var j = 0u; j < LOADS_W; j++) {
        let i = local + SIZE * j;
        let product = start + i / QUADS;
        weights[j] = vec4h(0.0);
        if (product < end) { weights[j] = w_at(id.z * params.z_w + (product * params.panels + panel) * QUADS + i % QUADS); }
      }
      c += STEP;
    }
    if (start > begin) {
      sums = add_products(sums, below * ROWS * M * PITCH_X, beyond * COLUMNS * N / 4u);
      sums = add_products(sums, below * ROWS * M * PITCH_X + K / 4u, K * PITCH_W + beyond * COLUMNS * N / 4u);
    }
    workgroupBarrier();
    if (PARTED == 1u && start > begin && start < end && (start - begin) % params.part == 0u) {
      for (var i = 0u; i < ROWS; i++) {
        share_row(sums, i, shared_at);
        workgroupBarrier();
        for (var s = 0u; s < STORES; s++) { whole[i * STORES + s] += shared_sum(local + SIZE * s); }
        workgroupBarrier();
      }
      sums = Sums();
    }
  }
  for (var i = 0u; i < ROWS; i++) {
    share_row(sums, i, shared_at);
    workgroupBarrier();
    for (var s = 0u; s < STORES; s++) {
      let at = local + SIZE * s;
      let row = at / QUADS;
      let m = first + (row / M * ROWS + i) * M + row % M;
      var to = pixel_place(params.y, m);
      to.c = (panel * QUADS + at % QUADS) * 4u;
      if (m < params.pixels && to.c < params.y.written) {
        var sum = shared_sum(at);
        if (PARTED == 1u) { sum += whole[i * STORES + s]; }
        let given = select(vec4f(0.0), finished(sum, to), kept(params.y, to.c));
        y[(id.z * params.z_y + address(params.y, to)) / 4u] = Quad(given);
      }
    }
    workgroupBarrier();
  }
}

fn shared_sum(i: u32) -> vec4f {
  return sh_y[i / QUADS * PITCH_Y + i % QUADS];
}
