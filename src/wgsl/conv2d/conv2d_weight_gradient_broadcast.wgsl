// The gradient of a convolution's filters by subgroup broadcasts, for drivers on a CPU: one subgroup a workgroup, no barrier, no
// mask on x. x [N,H,W,C] with its zeros around it, dy [N,P,Q,K], dw [chunk][K,C/groups,R,S].
// One invocation: FILTERS filters, as many as LANES or twice that, by four of their weights, LANES apart, over a chunk's pixels.
// A lane holds dy of one filter for all lanes. Four pixels are taken at a step: the code of eight overflows a core's first cache.
// x is seen from the output: at a pixel lies the first tap of its kernel. Groups are z.
struct Params {
  x: Image, dy: Image, count: u32, panels: u32, tiles: u32, pixels: u32, chunk: u32,
  weights: u32, channels: u32, columns: u32, taps: u32, tap_down: u32, tap_across: u32, group: u32,
}
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read> dy: array<f32>;
@group(0) @binding(3) var<storage, read_write> dw: array<f32>;

// Four filters' gradient of one weight, which lie `weights` apart.
fn store(sums: vec4f, i: u32, k: u32, to: u32) {
  if (i >= params.weights) { return; }
  for (var lane = 0u; lane < min(4u, params.group - k); lane++) {
    dw[to + (k + lane) * params.weights + i] = sums[lane];
  }
}

fn store_all(sums: Sums, i: u32, k: u32, to: u32) {
  for (var quad = 0u; quad < LANES; quad += 4u) {
    if (k + quad >= params.group) { return; }
    let four = four_of(sums, quad);
    store(four[0], i, k + quad, to);
    store(four[1], i + LANES, k + quad, to);
    store(four[2], i + 2u * LANES, k + quad, to);
    store(four[3], i + 3u * LANES, k + quad, to);
  }
}

fn load(pixel: u32, at: vec4u) -> vec4f {
  return vec4f(vec4(x[pixel + at.x], x[pixel + at.y], x[pixel + at.z], x[pixel + at.w]));
}

@compute @workgroup_size(LANES)
fn main(
  @builtin(workgroup_id) id: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_id) local: vec3u,
) {
  let i = linear_index(id, groups, 1u);
  if (i >= params.count) { return; }
  let k = i % params.panels * FILTERS;
  let first = i / params.panels % params.tiles * 4u * LANES + local.x;
  let chunk = i / (params.panels * params.tiles);
  let from_dy = id.z * params.group + k + local.x;
  let at = id.z * params.channels
    + vec4u(offset(first), offset(first + LANES), offset(first + 2u * LANES), offset(first + 3u * LANES));
  let end = min((chunk + 1u) * params.chunk, params.pixels);

  var near = Sums();
  var far = Sums();
  var place = pixel_place(params.dy, chunk * params.chunk);
  for (var pixel = chunk * params.chunk; pixel < end; pixel += 4u) {
    // Past the last pixel that one is read again, and dy taken for zero.
    let valid = vec4u(pixel, pixel + 1u, pixel + 2u, pixel + 3u) < vec4u(end);
    let a = place;
    let b = following(params.dy, a, valid.y);
    let c = following(params.dy, b, valid.z);
    let d = following(params.dy, c, valid.w);
    place = following(params.dy, d, true);
    let reads = from_dy
      + vec4u(address(params.dy, a), address(params.dy, b), address(params.dy, c), address(params.dy, d));
    let seen = Seen(
      load(address(params.x, a), at), load(address(params.x, b), at), load(address(params.x, c), at), load(address(params.x, d), at),
    );
    let held = vec4f(vec4(dy[reads.x], dy[reads.y], dy[reads.z], dy[reads.w]));
    near = outer(near, select(vec4f(0.0), held, valid), seen);
    if (FILTERS > LANES) {
      let more = vec4f(vec4(dy[reads.x + LANES], dy[reads.y + LANES], dy[reads.z + LANES], dy[reads.w + LANES]));
      far = outer(far, select(vec4f(0.0), more, valid), seen);
    }
  }

  let to = (chunk * params.dy.channels + id.z * params.group) * params.weights;
  store_all(near, first, k, to);
  if (FILTERS > LANES) { store_all(far, first, k + LANES, to); }
}
