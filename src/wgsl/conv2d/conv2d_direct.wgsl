// Convolution by its definition: any kernel size, stride, padding, dilation and groups, weights as PyTorch holds them.
// x [N,H,W,C], w [K,C/groups,R,S], y [N,P,Q,K]. Frame: each_quad. Joined with weight.wgsl.
struct Params {
  x: Image, y: Image, residual: Image, count: u32, channels: u32, group: u32, kernel_h: u32, kernel_w: u32,
  stride_h: u32, stride_w: u32, pad_top: u32, pad_left: u32, dilation_h: u32, dilation_w: u32, low: f32, high: f32,
}
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<f32>;

fn quad(at: Place) -> vec4f {
  let taps = params.kernel_h * params.kernel_w;
  var sum = vec4f(0.0);
  for (var lane = 0u; lane < 4u; lane++) {
    let k = at.c + lane;
    if (k >= params.y.channels) { break; }
    let first = (k / params.group) * params.channels;
    var acc = 0.0;
    for (var r = 0u; r < params.kernel_h; r++) {
      let h = at.h * params.stride_h + r * params.dilation_h - params.pad_top;
      if (h >= params.x.height) { continue; }  // above the image the subtraction wraps to a large number
      for (var s = 0u; s < params.kernel_w; s++) {
        let v = at.w * params.stride_w + s * params.dilation_w - params.pad_left;
        if (v >= params.x.width) { continue; }
        let base = address(params.x, Place(at.n, h, v, first));
        let tap = k * params.channels * taps + r * params.kernel_w + s;
        for (var c = 0u; c < params.channels; c++) {
          acc = fma(f32(x[base + c]), w_at(tap + c * taps), acc);
        }
      }
    }
    sum[lane] = acc;
  }
  return activate(sum + load_bias(at.c) + load_residual(at));
}
