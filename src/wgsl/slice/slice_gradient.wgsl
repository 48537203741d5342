// x as the channels of y from `first` on, zeros elsewhere. Frame: each_channel.
struct Params { x: Image, y: Image, count: u32, first: u32 }
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<f32>;

fn channel(at: Place) -> f32 {
  // Before the first channel the subtraction wraps to a large number.
  let c = at.c - params.first;
  if (c >= params.x.channels) { return 0.0; }
  return f32(x[address(params.x, Place(at.n, at.h, at.w, c))]);
}
