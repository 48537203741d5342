// An activation into NCHW without gaps, for the caller or for an operator that counts elements in PyTorch's order.
// Frame: each, an item being a float of y.
struct Params { x: Image, count: u32 }
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read_write> y: array<f32>;

fn item(i: u32) {
  let row = i / params.x.width;
  let plane = row / params.x.height;
  let n = plane / params.x.channels;
  let at = Place(n, row - plane * params.x.height, i - row * params.x.width, plane - n * params.x.channels);
  y[i] = f32(x[address(params.x, at)]);
}
