// channel_sum.wgsl, of x times a factor. x [N,H,W,C], y [chunks,C]. Frame: each, an item being a channel of a chunk.
struct Params { x: Image, by: Image, count: u32, by_channel: u32, chunks: u32, lines: u32 }
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read_write> y: array<f32>;

fn item(i: u32) {
  let c = i % params.x.channels;
  var sum = 0.0;
  for (var line = i / params.x.channels; line < params.lines; line += params.chunks) {
    for (var w = 0u; w < params.x.width; w++) {
      let at = Place(line / params.x.height, line % params.x.height, w, c);
      sum += f32(x[address(params.x, at)]) * factor(at);
    }
  }
  y[i] = sum;
}
