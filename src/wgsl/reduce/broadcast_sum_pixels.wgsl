// Sums of x, times a factor, over the pixels of some lines of an image: those of part i are i, i + parts, ... x [N,H,W,C],
// y [N,parts,C]. Frame: each, an item being four channels of a part.
struct Params { x: Image, by: Image, y: Image, count: u32, quads: u32, parts: u32 }
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> y: array<Quad>;

fn item(i: u32) {
  let c = 4u * (i % params.quads);
  let part = (i / params.quads) % params.parts;
  let n = i / (params.quads * params.parts);
  var sum = vec4f(0.0);
  for (var h = part; h < params.x.height; h += params.parts) {
    for (var w = 0u; w < params.x.width; w++) {
      let at = Place(n, h, w, c);
      sum += vec4f(x[address(params.x, at) / 4u]) * factor(at);
    }
  }
  y[address(params.y, Place(n, part, 0u, c)) / 4u] = Quad(sum);
}
