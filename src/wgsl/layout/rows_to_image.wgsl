// The public face's NCHW into the layout the first kernels ask for. Frame: each, an item being up to four channels of a pixel of y.
struct Params { y: Image, count: u32, runs: u32 }
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read_write> y: array<Scalar>;

fn item(i: u32) {
  let pixel = i / params.runs;
  let at = pixel_place(params.y, pixel);
  let c = (i - pixel * params.runs) * 4u;
  let to = address(params.y, at) + c;
  let plane = params.y.height * params.y.width;
  let first = (at.n * params.y.channels + c) * plane + at.h * params.y.width + at.w;
  for (var lane = 0u; lane < min(4u, params.y.written - c); lane++) {
    let value = select(0.0, x[first + lane * plane], c + lane < params.y.channels);
    y[to + lane] = Scalar(value);
  }
}
