// The public face's NCHW into the layout the first kernels ask for. Frame: each_channel.
struct Params { y: Image, count: u32 }
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<f32>;

fn channel(at: Place) -> f32 {
  return x[((at.n * params.y.channels + at.c) * params.y.height + at.h) * params.y.width + at.w];
}
