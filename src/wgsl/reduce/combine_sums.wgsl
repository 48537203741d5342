// Two sums of each channel from those of chunks of pixels. parts [chunks,C/4,2,4], y [2,C]. Frame: each_sum, an item being a channel.
struct Params { count: u32, quads: u32, pixels: u32, length: u32 }
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> parts: array<f32>;
@group(0) @binding(2) var<storage, read_write> y: array<f32>;

fn gather(c: u32, first: u32) {
  let chunks = (params.pixels + params.length - 1u) / params.length;
  let base = c / 4u * 8u + c % 4u;
  var sums = vec2f(0.0);
  for (var chunk = first; chunk < chunks; chunk += SHARES) {
    let at = base + chunk * params.quads * 8u;
    sums += vec2f(parts[at], parts[at + 4u]);
  }
  let a = total(sums.x, first);
  let b = total(sums.y, first);
  if (first == 0u) {
    y[c] = a;
    y[params.count + c] = b;
  }
}
