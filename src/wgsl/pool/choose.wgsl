// Which pixel of its window max pooling takes, as torch does: the first of the largest, or the last NaN. NONE where the window
// misses the image. x [N,H,W,C], the window being that of a pixel of y.
@group(0) @binding(1) var<storage, read> x: array<vec4f>;

fn choose(at: Place) -> vec4u {
  let base = address(params.x, Place(at.n, 0u, 0u, at.c));
  var best = vec4f(0.0);
  var chosen = vec4u(NONE);
  for (var r = 0u; r < params.kernel_h; r++) {
    let h = at.h * params.stride_h + r * params.dilation_h - params.pad_top;
    if (h >= params.x.height) { continue; }  // above the image the subtraction wraps to a large number
    for (var s = 0u; s < params.kernel_w; s++) {
      let w = at.w * params.stride_w + s * params.dilation_w - params.pad_left;
      if (w >= params.x.width) { continue; }
      let v = vec4f(x[(base + h * params.x.row + w * params.x.pixel) / 4u]);
      // By its bits, because a compiler may take it that no float is a NaN.
      let nan = (bitcast<vec4u>(v) & vec4u(0x7fffffffu)) > vec4u(0x7f800000u);
      let better = (v > best) | nan | (chosen == vec4u(NONE));
      best = select(best, v, better);
      chosen = select(chosen, vec4u(r * params.kernel_w + s), better);
    }
  }
  return chosen;
}
