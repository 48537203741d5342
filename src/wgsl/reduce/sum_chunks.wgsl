// Partial sums added up, always in the same order: y[i] = sum over chunks of parts[chunk, i]. Frame: each, an item being an element.
struct Params { count: u32, chunks: u32 }
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> parts: array<f32>;
@group(0) @binding(2) var<storage, read_write> y: array<f32>;

fn item(i: u32) {
  var sum = 0.0;
  for (var chunk = 0u; chunk < params.chunks; chunk++) { sum += parts[chunk * params.count + i]; }
  y[i] = sum;
}
