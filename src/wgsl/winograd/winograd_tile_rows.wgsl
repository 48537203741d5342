// A tile of 4x4 pixels, whose first is at `at`, as it is. Joined with winograd_tile_output.wgsl.
fn store_tile(columns: ptr<function, array<vec4f, 6>>, at: Place) {
  let keep = at.c < params.y.channels;
  var bias = 0.0;
  if (keep) { bias = load_bias(at.c); }
  for (var r = 0u; r < 4u; r++) {
    if (at.h + r >= params.y.height) { break; }
    var row = row_of(columns, r) + bias;
    let to = Place(at.n, at.h + r, at.w, at.c);
    for (var s = 0u; s < 4u; s++) {
      if (at.w + s < params.y.width) { row[s] += load_residual(beside(to, s)); }
    }
    row = select(vec4f(0.0), activate(row), keep);
    for (var s = 0u; s < 4u; s++) {
      if (at.w + s < params.y.width) { y[address(params.y, beside(to, s))] = Scalar(row[s]); }
    }
  }
}
