// The gradient of a convolution's filters by its definition: dw[k,c,r,s] = sum over n, p, q of dy[n,p,q,k] x[n,h,v,c], where h and v
// are the pixel that tap (r, s) sees from (p, q). x [N,H,W,C], dy [N,P,Q,K], dw [K,C/groups,R,S]. Frame: each, an item being a weight.
struct Params {
  x: Image, dy: Image, count: u32, images: u32, channels: u32, group: u32, kernel_h: u32, kernel_w: u32,
  stride_h: u32, stride_w: u32, pad_top: u32, pad_left: u32, dilation_h: u32, dilation_w: u32,
}
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read> dy: array<f32>;
@group(0) @binding(3) var<storage, read_write> dw: array<f32>;

fn item(i: u32) {
  let s = i % params.kernel_w;
  let r = i / params.kernel_w % params.kernel_h;
  let plane = i / (params.kernel_w * params.kernel_h);
  let k = plane / params.channels;
  let c = k / params.group * params.channels + plane % params.channels;
  var sum = 0.0;
  for (var n = 0u; n < params.images; n++) {
    for (var p = 0u; p < params.dy.height; p++) {
      let h = p * params.stride_h + r * params.dilation_h - params.pad_top;
      if (h >= params.x.height) { continue; }  // above the image the subtraction wraps to a large number
      for (var q = 0u; q < params.dy.width; q++) {
        let v = q * params.stride_w + s * params.dilation_w - params.pad_left;
        if (v >= params.x.width) { continue; }
        let given = f32(dy[address(params.dy, Place(n, p, q, k))]);
        sum = fma(given, f32(x[address(params.x, Place(n, h, v, c))]), sum);
      }
    }
  }
  dw[i] = sum;
}
