// Convolution fed by subgroup broadcasts, for drivers on a CPU: one subgroup a workgroup, no barrier, no mask in the loop.
// x [N,H,W,C] with its zeros around it, w [panel][R,S,C][lane] as texels, y [N,P,Q,K]. One invocation: ROWS pixels, four channels.
// Taps lie in `rows` x `columns`, each a run of channels; where few channels lie tight, a kernel's row is one run.
// The products of z (channel groups, Winograd's points) are independent of each other.
struct Params {
  count: u32, panels: u32, pixels: u32, out_pixels: u32, out_w: u32, filters: u32, written: u32,
  x_offset: u32, x_image: u32, x_down: u32, x_across: u32,
  rows: u32, columns: u32, run: u32, tap_down: u32, tap_across: u32, w_rows: u32, w_width: u32,
  z_x: u32, z_y: u32, z_filter: u32,
  y_offset: u32, y_image: u32, y_row: u32, y_pixel: u32, r_offset: u32, r_image: u32, r_row: u32, r_pixel: u32,
  bias_scale: f32, low: f32, high: f32,
}
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var w: texture_2d<f32>;
@group(0) @binding(3) var<storage, read_write> y: array<vec4f>;

// n, p, q. Pixels past the last one repeat it: computed and written twice, to the same values.
fn place(pixel: u32) -> vec3u {
  let m = min(pixel, params.pixels - 1u);
  let n = m / params.out_pixels;
  let inside = m - n * params.out_pixels;
  let p = inside / params.out_w;
  return vec3u(n, p, inside - p * params.out_w);
}

fn input_at(at: vec3u) -> u32 {
  return at.x * params.x_image + at.y * params.x_down + at.z * params.x_across;
}

fn output_at(at: vec3u) -> u32 {
  return at.x * params.y_image + at.y * params.y_row + at.z * params.y_pixel;
}

fn residual_at(at: vec3u) -> u32 {
  return at.x * params.r_image + at.y * params.r_row + at.z * params.r_pixel;
}

fn store(sum: vec4f, k: u32, at: u32, added: u32, keep: vec4<bool>) {
  y[(at + k) / 4u] = select(vec4f(0.0), activate(sum + load_residual(0u, 0u, 0u, added + k)), keep);
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
  let mine = place(first + local.x);
  let next = place(first + local.x + LANES);
  let reads = share(input_at(mine), input_at(next));
  let start = params.x_offset + id.z * params.z_x + local.x;
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
        s0 = multiply(s0, x[at + reads.p0], weights);
        s1 = multiply(s1, x[at + reads.p1], weights);
        s2 = multiply(s2, x[at + reads.p2], weights);
        s3 = multiply(s3, x[at + reads.p3], weights);
        if (ROWS > 4u) {
          s4 = multiply(s4, x[at + reads.p4], weights);
          s5 = multiply(s5, x[at + reads.p5], weights);
          s6 = multiply(s6, x[at + reads.p6], weights);
          s7 = multiply(s7, x[at + reads.p7], weights);
        }
        from_w.x += LANES * LANES;
        if (from_w.x >= params.w_width) { from_w = vec2u(local.x, from_w.y + 1u); }
      }
    }
  }

  let to = share(output_at(mine), output_at(next));
  let added = share(residual_at(mine), residual_at(next));
  let k = quad * 4u;
  if (k >= params.written) { return; }
  let keep = vec4u(k, k + 1u, k + 2u, k + 3u) < vec4u(params.filters);
  let bias = params.bias_scale * load_bias(id.z * params.z_filter + k);
  let y0 = params.y_offset + id.z * params.z_y;
  let r0 = id.z * params.z_y;
  store(s0 + bias, k, y0 + to.p0, r0 + added.p0, keep);
  store(s1 + bias, k, y0 + to.p1, r0 + added.p1, keep);
  store(s2 + bias, k, y0 + to.p2, r0 + added.p2, keep);
  store(s3 + bias, k, y0 + to.p3, r0 + added.p3, keep);
  if (ROWS > 4u) {
    store(s4 + bias, k, y0 + to.p4, r0 + added.p4, keep);
    store(s5 + bias, k, y0 + to.p5, r0 + added.p5, keep);
    store(s6 + bias, k, y0 + to.p6, r0 + added.p6, keep);
    store(s7 + bias, k, y0 + to.p7, r0 + added.p7, keep);
  }
}
