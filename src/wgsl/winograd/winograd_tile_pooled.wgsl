// A tile of 4x4 pixels, whose first is at `at`, by the largest of each 2x2 of them; a NaN is larger than all, as in max_pool2d.wgsl.
// Joined with winograd_tile_output.wgsl.
fn larger(best: f32, v: f32) -> f32 {
  let nan = (bitcast<u32>(v) & 0x7fffffffu) > 0x7f800000u;
  return select(best, v, (v > best) | nan);
}

fn store_tile(columns: ptr<function, array<vec4f, 6>>, at: Place) {
  let keep = at.c < params.y.channels;
  var bias = 0.0;
  if (keep) { bias = load_bias(at.c); }
  for (var r = 0u; r < 4u; r += 2u) {
    let upper = activate(row_of(columns, r) + bias);
    let lower = activate(row_of(columns, r + 1u) + bias);
    for (var s = 0u; s < 4u; s += 2u) {
      let to = Place(at.n, (at.h + r) / 2u, (at.w + s) / 2u, at.c);
      let best = larger(larger(larger(upper[s], upper[s + 1u]), lower[s]), lower[s + 1u]);
      if (to.h < params.y.height && to.w < params.y.width) { y[address(params.y, to)] = Scalar(select(0.0, best, keep)); }
    }
  }
}
