// Max pooling: outside the image is -infinity, and a NaN wins, as in torch. x [N,H,W,C], y [N,P,Q,C]. Frame: each_quad. Joined with x_quads.wgsl
// or x_texels.wgsl.
struct Params {
  x: Image, y: Image, count: u32, kernel_h: u32, kernel_w: u32, stride_h: u32, stride_w: u32,
  pad_top: u32, pad_left: u32, dilation_h: u32, dilation_w: u32, lowest: f32,
}
@group(0) @binding(0) var<uniform> params: Params;

fn quad(at: Place) -> vec4f {
  let base = address(params.x, Place(at.n, 0u, 0u, at.c));
  var best = vec4f(params.lowest);
  for (var r = 0u; r < params.kernel_h; r++) {
    let h = at.h * params.stride_h + r * params.dilation_h - params.pad_top;
    if (h >= params.x.height) { continue; }  // above the image the subtraction wraps to a large number
    for (var s = 0u; s < params.kernel_w; s++) {
      let w = at.w * params.stride_w + s * params.dilation_w - params.pad_left;
      if (w >= params.x.width) { continue; }
      let v = load_x(base + h * params.x.row + w * params.x.pixel);
      // By its bits, because a compiler may take it that no float is a NaN.
      let nan = (bitcast<vec4u>(v) & vec4u(0x7fffffffu)) > vec4u(0x7f800000u);
      best = select(best, v, (v > best) | nan);
    }
  }
  return best;
}
