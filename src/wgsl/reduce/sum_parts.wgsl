// The parts' sums of an image added up in order. parts [N,pieces,C], y [N,1,1,C]. Frame: each, an item being four channels of y.
struct Params { y: Image, count: u32, quads: u32, pieces: u32 }
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> parts: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> y: array<Quad>;

fn item(i: u32) {
  let quad = i % params.quads;
  let n = i / params.quads;
  var sum = vec4f(0.0);
  for (var piece = 0u; piece < params.pieces; piece++) {
    sum += parts[(n * params.pieces + piece) * params.quads + quad];
  }
  y[address(params.y, Place(n, 0u, 0u, 4u * quad)) / 4u] = Quad(sum);
}
