// x out of a buffer: a lane reads a channel of a pixel, and all get it by broadcast. One invocation: ROWS pixels.
// Joined with broadcast_product.wgsl, lanes_*.wgsl, and texels_*.wgsl or quads_*.wgsl.
@group(0) @binding(1) var<storage, read> x: array<f32>;

@compute @workgroup_size(LANES)
fn main(
  @builtin(workgroup_id) id: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_id) local: vec3u,
) {
  let i = linear_index(id, groups, 1u);
  if (i >= params.count) { return; }
  let work = work(i, id.z, ROWS);
  let mine = pixel(work.first + local.x);
  let next = pixel(work.first + local.x + LANES);
  let reads = share(address(params.x, mine), address(params.x, next));
  let start = id.z * params.z_x + local.x;
  let quad = work.panel * LANES + local.x;

  var s0 = vec4f(0.0);
  var s1 = vec4f(0.0);
  var s2 = vec4f(0.0);
  var s3 = vec4f(0.0);
  var s4 = vec4f(0.0);
  var s5 = vec4f(0.0);
  var s6 = vec4f(0.0);
  var s7 = vec4f(0.0);
  var from_w = vec2u(work.weights % params.w_width + local.x, work.weights / params.w_width);
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
