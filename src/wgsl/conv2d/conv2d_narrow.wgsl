// Convolution to few filters by subgroup broadcasts, for drivers on a CPU: one subgroup a workgroup, no barrier, no mask on x.
// x [N,H,W,C] with its zeros around it, w [K,C,R,S] or as the steps from weight to weight say, y [N,P,Q,K]. One invocation:
// FILTERS filters, as many as LANES or twice that, by four pixels, LANES apart. A lane holds weights of one filter for all lanes;
// four of them are taken at a step.
// x is seen from the output: at a pixel lies the first tap of its kernel. Joined with weight.wgsl.
struct Params {
  x: Image, y: Image, residual: Image, count: u32, panels: u32, pixels: u32, weights: u32, rows: u32, columns: u32,
  tap_down: u32, tap_across: u32, w_filter: u32, w_channel: u32, w_first: u32, w_tap: u32, low: f32, high: f32,
}
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(3) var<storage, read_write> y: array<Quad>;

struct Tap { r: u32, s: u32, c: u32 }

// The order in which weights lie.
fn after(tap: Tap) -> Tap {
  var next = Tap(tap.r, tap.s + 1u, tap.c);
  if (next.s == params.columns) {
    next.s = 0u;
    next.r++;
  }
  if (next.r == params.rows) {
    next.r = 0u;
    next.c++;
  }
  return next;
}

fn offset(tap: Tap) -> u32 {
  return tap.r * params.tap_down + tap.s * params.tap_across + tap.c;
}

// Pixels past the last one repeat it, and are thrown away.
fn pixel(i: u32) -> u32 {
  return address(params.x, pixel_place(params.y, min(i, params.pixels - 1u)));
}

fn load(at: vec4u, tap: u32) -> vec4f {
  return vec4f(vec4(x[at.x + tap], x[at.y + tap], x[at.z + tap], x[at.w + tap]));
}

// w_tap may be minus one: it wraps.
fn weight(tap: Tap) -> u32 {
  return tap.c * params.w_channel + params.w_first + (tap.r * params.columns + tap.s) * params.w_tap;
}

fn load_weights(at: u32, i: vec4u, there: vec4<bool>) -> vec4f {
  let kept = select(vec4u(params.w_first), i, there) + at;
  return select(vec4f(0.0), vec4f(w_at(kept.x), w_at(kept.y), w_at(kept.z), w_at(kept.w)), there);
}

fn store(sum: vec4f, i: u32, k: u32) {
  if (i >= params.pixels || k >= params.y.written) { return; }
  var at = pixel_place(params.y, i);
  at.c = k;
  let value = activate(sum + load_bias(k) + load_residual(at));
  y[address(params.y, at) / 4u] = Quad(select(vec4f(0.0), value, kept(params.y, k)));
}

fn store_all(sums: Sums, i: u32, k: u32) {
  for (var quad = 0u; quad < LANES; quad += 4u) {
    let four = four_of(sums, quad);
    store(four[0], i, k + quad);
    store(four[1], i + LANES, k + quad);
    store(four[2], i + 2u * LANES, k + quad);
    store(four[3], i + 3u * LANES, k + quad);
  }
}

@compute @workgroup_size(LANES)
fn main(
  @builtin(workgroup_id) id: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_id) local: vec3u,
) {
  let group = linear_index(id, groups, 1u);
  if (group >= params.count) { return; }
  let k = group % params.panels * FILTERS;
  let first = group / params.panels * 4u * LANES + local.x;
  let at = vec4u(pixel(first), pixel(first + LANES), pixel(first + 2u * LANES), pixel(first + 3u * LANES));
  // Filters past the last one repeat it, and are thrown away.
  let near_w = min(k + local.x, params.y.channels - 1u) * params.w_filter;
  let far_w = min(k + LANES + local.x, params.y.channels - 1u) * params.w_filter;

  var near = Sums();
  var far = Sums();
  var tap = Tap();
  for (var i = 0u; i < params.weights; i += 4u) {
    let a = tap;
    let b = after(a);
    let c = after(b);
    let d = after(c);
    tap = after(d);
    let there = vec4u(i, i + 1u, i + 2u, i + 3u) < vec4u(params.weights);
    // Behind the last weight: what the first tap sees, times zero.
    let taps = select(vec4u(0u), vec4u(offset(a), offset(b), offset(c), offset(d)), there);
    let weights = vec4u(weight(a), weight(b), weight(c), weight(d));
    let seen = Seen(load(at, taps.x), load(at, taps.y), load(at, taps.z), load(at, taps.w));
    near = outer(near, load_weights(near_w, weights, there), seen);
    if (FILTERS > LANES) { far = outer(far, load_weights(far_w, weights, there), seen); }
  }
  store_all(near, first, k);
  if (FILTERS > LANES) { store_all(far, first, k + LANES); }
}
