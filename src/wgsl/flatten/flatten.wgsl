// y[n, (c*H + h)*W + w] = x[n,h,w,c]; y is one pixel of C*H*W channels. Frame: each, an item being a float of y.
struct Params { x: Image, y: Image, count: u32 }
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read_write> y: array<Scalar>;

fn item(i: u32) {
  let n = i / params.y.written;
  let f = i % params.y.written;
  let row = f / params.x.width;
  let at = Place(n, row % params.x.height, f % params.x.width, row / params.x.height);
  var value = 0.0;
  if (f < params.y.channels) { value = f32(x[address(params.x, at)]); }
  y[address(params.y, Place(n, 0u, 0u, f))] = Scalar(value);
}
