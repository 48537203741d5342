// x and w as texels that are read as storage, which Mesa's driver for CPUs does four times as fast as out of buffers and twice as fast
// as by sampling: a lane reads four channels of a pixel, and all get them by broadcast. Subgroups of eight; one invocation: PIXELS.
// Joined with broadcast_product.wgsl, four_channels.wgsl, x_texels.wgsl, pixels_16.wgsl or pixels_4.wgsl, and texel_pair.wgsl or separable.wgsl.
@group(0) @binding(2) var w: texture_storage_2d<rgba32float, read>;
const LANES = 8u;

fn load_weights(at: vec2u) -> Weights {
  return Weights(
    textureLoad(w, at),
    textureLoad(w, at + vec2u(LANES, 0u)),
    textureLoad(w, at + vec2u(2u * LANES, 0u)),
    textureLoad(w, at + vec2u(3u * LANES, 0u)),
  );
}

@compute @workgroup_size(LANES)
fn main(
  @builtin(workgroup_id) id: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_id) local: vec3u,
) {
  let lane = local.x;
  let i = linear_index(id, groups, 1u);
  if (i >= params.count) { return; }
  let work = work(i, id.z, PIXELS);
  let first = work.first;
  // What a lane finds out about one pixel, and about the one LANES further on.
  let near = pixel(first + lane % PIXELS);
  let far = pixel(first + LANES + lane % PIXELS);
  let start = id.z * params.z_x + FIRST_CHANNEL * (lane / PIXELS);
  let from_near = start + address(params.x, near);
  let from_far = start + address(params.x, far);

  var sums = Sums();
  let row = work.weights / params.w_width;
  var from_w = vec2u(work.weights - row * params.w_width + lane, row);
  // Of a last tile that is all but empty no more is computed than there is: branches are no help here, loops that do not run are.
  let few = FEW < PIXELS && params.pixels - first <= FEW;
  let rows = select(params.rows, 0u, few);
  for (var r = 0u; r < rows; r++) {
    for (var s = 0u; s < params.columns; s++) {
      let tap = r * params.tap_down + s * params.tap_across;
      for (var c = 0u; c < params.run; c += CHANNELS) {
        sums = add_channels(sums, from_near + tap + c, from_far + tap + c, from_w, c);
        from_w.x += CHANNELS * LANES;
        if (from_w.x >= params.w_width) { from_w = vec2u(lane, from_w.y + 1u); }
      }
    }
  }
  let few_rows = select(0u, params.rows, few);
  for (var r = 0u; r < few_rows; r++) {
    for (var s = 0u; s < params.columns; s++) {
      let tap = r * params.tap_down + s * params.tap_across;
      for (var c = 0u; c < params.run; c += CHANNELS) {
        sums = add_few(sums, from_near + tap + c, from_w, c);
        from_w.x += CHANNELS * LANES;
        if (from_w.x >= params.w_width) { from_w = vec2u(lane, from_w.y + 1u); }
      }
    }
  }

  let k = (work.panel * LANES + lane) * 4u;
  let keep = kept(params.y, k);
  let bias = select(vec4f(0.0), load_bias(id.z * params.z_filter + k), params.has_bias == 1u);
  let z = id.z * params.z_y + k;
  let to_near = address(params.y, near);
  let to_far = address(params.y, far);
  let added_near = residual_at(near);
  let added_far = residual_at(far);
  // One store for all: what a driver for CPUs makes of one takes it longer to compile than all the sums.
  let made = select(PIXELS, FEW, few);
  for (var q = 0u; q < made; q += 4u) {
    var four = four_from(sums, q);
    var to = z + held_by_four(to_near, to_far, q);
    var added = z + held_by_four(added_near, added_far, q);
    for (var i = q; i < q + 4u; i += 2u) {
      if (k < params.y.written) {
        store(four.a + bias, to.x, added.x, keep);
        store(four.b + bias, to.y, added.y, keep);
      }
      four = Four(four.c, four.d, four.a, four.b);
      to = to.zwxy;
      added = added.zwxy;
    }
  }
}
