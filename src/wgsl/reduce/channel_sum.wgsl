// The sum of each channel over the pixels of some lines: those of chunk i are i, i + chunks, ... of all images' lines.
// x [N,H,W,C], y [chunks,C]. Frame: each, an item being a channel of a chunk.
struct Params { x: Image, count: u32, chunks: u32, lines: u32 }
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read_write> y: array<f32>;

fn item(i: u32) {
  let c = i % params.x.channels;
  var sum = 0.0;
  for (var line = i / params.x.channels; line < params.lines; line += params.chunks) {
    var at = address(params.x, Place(line / params.x.height, line % params.x.height, 0u, c));
    for (var w = 0u; w < params.x.width; w++) {
      sum += f32(x[at]);
      at += params.x.pixel;
    }
  }
  y[i] = sum;
}
