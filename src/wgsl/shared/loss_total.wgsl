// The loss of a batch: y[0] = sum of the parts' losses, divided by the sum of what they weigh where it is a mean. Nothing to
// average makes NaN. parts [N,H,W,2]: a loss and its weight. Frame: whole or whole_wide, an item being a pixel.
struct Params { parts: Image, count: u32, mean: u32, nan: u32 }
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> parts: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> y: array<f32>;

fn whole(first: u32) {
  var part = vec2f(0.0);
  for (var i = first; i < params.count; i += SHARES) {
    part += vec2f(parts[address(params.parts, pixel_place(params.parts, i)) / 4u].xy);
  }
  let sums = total(part, first);
  if (first != 0u) { return; }
  let mean = select(sums.x / sums.y, bitcast<f32>(params.nan), sums.y == 0.0);
  y[0] = select(sums.x, mean, params.mean == 1u);
}
