// Partial sums of a gradient's squares, and of those of 2^-80 times it, which take over where the others overflow. What is below
// 2^-63 counts as nothing. Frame: each, an item being a part: every `count`-th number or vector.
struct Params { count: u32, elements: u32, items: u32, first: u32 }
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> g: array<Numbers>;
@group(0) @binding(2) var<storage, read_write> parts: array<vec2f>;

fn item(i: u32) {
  var near = Numbers(0.0);
  var far = Numbers(0.0);
  for (var at = i; at < params.items; at += params.count) {
    let value = select(Numbers(0.0), g[at], within(at, params.elements));
    near += value * value;
    let small = value * 0x1p-80f;
    far += small * small;
  }
  parts[params.first + i] = vec2f(added(near), added(far));
}
