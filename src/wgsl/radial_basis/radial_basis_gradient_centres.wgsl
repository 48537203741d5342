// dw[o,i] = the sum of 2 dy[n,o] (w[o,i] - x[n,i]) over the images. w, y [O,I]. Frame: each, an item being an element of w.
struct Params { x: Image, dy: Image, count: u32, images: u32 }
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read_write> y: array<f32>;
@group(0) @binding(3) var<storage, read> w: array<f32>;
@group(0) @binding(4) var<storage, read> dy: array<f32>;

fn item(i: u32) {
  let o = i / params.x.channels;
  let feature = i % params.x.channels;
  var sum = 0.0;
  for (var n = 0u; n < params.images; n++) {
    let away = w[i] - f32(x[address(params.x, Place(n, 0u, 0u, feature))]);
    sum += 2.0 * f32(dy[address(params.dy, Place(n, 0u, 0u, o))]) * away;
  }
  y[i] = sum;
}
