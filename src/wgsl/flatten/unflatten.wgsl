// y[n,h,w,c] = x[n, (c*H + h)*W + w]; x is one pixel of C*H*W channels. Frame: each_channel.
struct Params { x: Image, y: Image, count: u32 }
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<f32>;

fn channel(at: Place) -> f32 {
  let f = (at.c * params.y.height + at.h) * params.y.width + at.w;
  return f32(x[address(params.x, Place(at.n, 0u, 0u, f))]);
}
