// As conv2d_narrow.wgsl, where a tap sees of one pixel what the tap before sees of the next: the four pixels of an invocation are
// neighbours in a row, and what is seen of them slides along with the taps, so that for a tap one pixel is loaded and not four.
// x [N,H,W,C] with its zeros around it, w [K,C,R,S] or as the steps from weight to weight say, y [N,P,Q,K].
// x is seen from the output: at a pixel lies the first tap of its kernel. Joined with weight.wgsl.
struct Params {
  x: Image, y: Image, residual: Image, count: u32, panels: u32, across: u32, runs: u32, channels: u32, rows: u32, columns: u32,
  tap_down: u32, tap_across: u32, w_filter: u32, w_channel: u32, w_first: u32, w_tap: u32, low: f32, high: f32,
}
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(3) var<storage, read_write> y: array<Quad>;

fn store(sum: vec4f, at: Place) {
  if (at.w >= params.y.width || at.c >= params.y.written) { return; }
  let value = activate(sum + load_bias(at.c) + load_residual(at));
  y[address(params.y, at) / 4u] = Quad(select(vec4f(0.0), value, kept(params.y, at.c)));
}

fn store_all(sums: Sums, first: Place, k: u32) {
  var at = first;
  for (var quad = 0u; quad < LANES; quad += 4u) {
    at.c = k + quad;
    let four = four_of(sums, quad);
    store(four[0], at);
    store(four[1], beside(at, 1u));
    store(four[2], beside(at, 2u));
    store(four[3], beside(at, 3u));
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
  let run = group / params.panels * LANES + local.x;
  let line = min(run, params.runs - 1u) / params.across;
  let at = Place(line / params.y.height, line % params.y.height, min(run, params.runs - 1u) % params.across * 4u, 0u);
  // Filters past the last one repeat it, and are thrown away.
  let near_w = min(k + local.x, params.y.channels - 1u) * params.w_filter + params.w_first;
  let far_w = min(k + LANES + local.x, params.y.channels - 1u) * params.w_filter + params.w_first;

  var near = Sums();
  var far = Sums();
  let apart = params.tap_across;
  for (var c = 0u; c < params.channels; c++) {
    for (var r = 0u; r < params.rows; r++) {
      var next = address(params.x, at) + c + r * params.tap_down;
      var seen = vec4f(0.0, f32(x[next]), f32(x[next + apart]), f32(x[next + 2u * apart]));
      next += 3u * apart;
      var weight = c * params.w_channel + r * params.columns * params.w_tap;
      for (var s = 0u; s < params.columns; s++) {
        seen = vec4f(seen.yzw, f32(x[next]));
        near = outer_one(near, w_at(near_w + weight), seen);
        if (FILTERS > LANES) { far = outer_one(far, w_at(far_w + weight), seen); }
        weight += params.w_tap;  // it may be minus one, and wraps
        next += apart;
      }
    }
  }
  if (run >= params.runs) { return; }
  store_all(near, at, k);
  if (FILTERS > LANES) { store_all(far, at, k + LANES); }
}
