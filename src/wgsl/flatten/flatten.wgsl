// y[n, (c*H + h)*W + w] = x[n,h,w,c]; y is one pixel of C*H*W channels. Frame: each_channel.
struct Params { x: Image, y: Image, count: u32 }
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<f32>;

fn channel(at: Place) -> f32 {
  let row = at.c / params.x.width;
  return x[address(params.x, Place(at.n, row % params.x.height, at.c % params.x.width, row / params.x.height))];
}
