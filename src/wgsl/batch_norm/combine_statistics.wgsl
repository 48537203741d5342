// Mean and biased variance of each channel from the means and squared deviations of its chunks: beside the latter, their sum has the
// chunks' means as if all their pixels lay there. parts [chunks,C/4,2,4], y [2,C]. Frame: each_sum, an item being a channel.
struct Params { count: u32, quads: u32, pixels: u32, length: u32 }
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> parts: array<f32>;
@group(0) @binding(2) var<storage, read_write> y: array<f32>;

fn gather(c: u32, first: u32) {
  let chunks = (params.pixels + params.length - 1u) / params.length;
  let base = c / 4u * 8u + c % 4u;
  var sum = 0.0;
  for (var chunk = first; chunk < chunks; chunk += SHARES) {
    sum += pixels_of(chunk) * parts[base + chunk * params.quads * 8u];
  }
  let mean = total(sum, first) / f32(params.pixels);
  var squares = 0.0;
  for (var chunk = first; chunk < chunks; chunk += SHARES) {
    let at = base + chunk * params.quads * 8u;
    let apart = parts[at] - mean;
    squares += parts[at + 4u] + pixels_of(chunk) * (apart * apart);
  }
  let variance = total(squares, first) / f32(params.pixels);
  if (first == 0u) {
    y[c] = mean;
    y[params.count + c] = variance;
  }
}

fn pixels_of(chunk: u32) -> f32 {
  return f32(min(params.length, params.pixels - chunk * params.length));
}
