// Convolution fed by subgroup broadcasts, for drivers on a CPU: one subgroup a workgroup, no barrier, no mask in the loop.
// x [N,H,W,C] with its zeros around it, w [panel][R,S,C][lane] as texels, y [N,P,Q,K]. One invocation: ROWS pixels, four channels.
// Taps lie in `rows` x `columns`, each a run of channels; where few channels lie tight, a kernel's row is one run.
// x is seen from the output: at a pixel lies the first tap of its kernel. The products of z (channel groups, Winograd's points)
// are independent of each other; y is what one of them gives.
struct Params {
  x: Image, y: Image, residual: Image, count: u32, panels: u32, pixels: u32,
  rows: u32, columns: u32, run: u32, tap_down: u32, tap_across: u32, w_rows: u32, w_width: u32,
  z_x: u32, z_y: u32, z_filter: u32, has_bias: u32, low: f32, high: f32,
}
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var w: texture_2d<f32>;
@group(0) @binding(3) var<storage, read_write> y: array<Quad>;

// Pixels past the last one repeat it: computed and written twice, to the same values.
fn pixel(i: u32) -> Place {
  return pixel_place(params.y, min(i, params.pixels - 1u));
}

// load_residual adds the offset itself.
fn residual_at(at: Place) -> u32 {
  return address(params.residual, at) - params.residual.offset;
}

fn store(sum: vec4f, at: u32, added: u32, keep: vec4<bool>) {
  y[at / 4u] = Quad(select(vec4f(0.0), activate(sum + load_residual(Place(0u, 0u, 0u, added))), keep));
}

@compute @workgroup_size(LANES)
fn main(
  @builtin(workgroup_id) id: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_id) local: vec3u,
) {
  let i = linear_index(id, groups, 1u);
  if (i >= params.count) { return; }
  let panel = i % params.panels;
  let first = (i / params.panels) * ROWS;
  let mine = pixel(first + local.x);
  let next = pixel(first + local.x + LANES);
  let reads = share(address(params.x, mine), address(params.x, next));
  let start = id.z * params.z_x + local.x;
  let quad = panel * LANES + local.x;

  var s0 = vec4f(0.0);
  var s1 = vec4f(0.0);
  var s2 = vec4f(0.0);
  var s3 = vec4f(0.0);
  var s4 = vec4f(0.0);
  var s5 = vec4f(0.0);
  var s6 = vec4f(0.0);
  var s7 = vec4f(0.0);
  let texel = (id.z * params.panels + panel) * params.w_rows * LANES;
  var from_w = vec2u(texel % params.w_width + local.x, texel / params.w_width);
  for (var r = 0u; r < params.rows; r++) {
    for (var s = 0u; s < params.columns; s++) {
      let tap = start + r * params.tap_down + s * params.tap_across;
      for (var c = 0u; c < params.run; c += LANES) {
        let weights = load_weights(from_w);
        let at = tap + c;
        s0 = multiply(s0, f32(x[at + reads.p0]), weights);
        s1 = multiply(s1, f32(x[at + reads.p1]), weights);
        s2 = multiply(s2, f32(x[at + reads.p2]), weights);
        s3 = multiply(s3, f32(x[at + reads.p3]), weights);
        if (ROWS > 4u) {
          s4 = multiply(s4, f32(x[at + reads.p4]), weights);
          s5 = multiply(s5, f32(x[at + reads.p5]), weights);
          s6 = multiply(s6, f32(x[at + reads.p6]), weights);
          s7 = multiply(s7, f32(x[at + reads.p7]), weights);
        }
        from_w.x += LANES * LANES;
        if (from_w.x >= params.w_width) { from_w = vec2u(local.x, from_w.y + 1u); }
      }
    }
  }

  let to = share(address(params.y, mine), address(params.y, next));
  let added = share(residual_at(mine), residual_at(next));
  let k = quad * 4u;
  if (k >= params.y.written) { return; }
  let keep = kept(params.y, k);
  let bias = select(vec4f(0.0), load_bias(id.z * params.z_filter + k), params.has_bias == 1u);
  let z = id.z * params.z_y + k;
  store(s0 + bias, z + to.p0, z + added.p0, keep);
  store(s1 + bias, z + to.p1, z + added.p1, keep);
  store(s2 + bias, z + to.p2, z + added.p2, keep);
  store(s3 + bias, z + to.p3, z + added.p3, keep);
  if (ROWS > 4u) {
    store(s4 + bias, z + to.p4, z + added.p4, keep);
    store(s5 + bias, z + to.p5, z + added.p5, keep);
    store(s6 + bias, z + to.p6, z + added.p6, keep);
    store(s7 + bias, z + to.p7, z + added.p7, keep);
  }
}
