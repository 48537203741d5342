// sum = g on the first batch of an accumulation, sum + g on the others. Frame: each, an item going through vectors of four in steps of `count`.
struct Params { count: u32, elements: u32 }
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> step: array<f32>;
@group(0) @binding(2) var<storage, read> g: array<vec4f>;
@group(0) @binding(3) var<storage, read_write> sum: array<vec4f>;

fn item(first: u32) {
  let fresh = step[5] == 1.0;
  for (var i = first; 4u * i < params.elements; i += params.count) { sum[i] = select(sum[i] + g[i], g[i], fresh); }
}
