// Partial sums of a gradient's squares, and of those of 2^-80 times it, which take over where the others overflow. What is below
// 2^-63 counts as nothing. Frame: each, an item being a part: every `count`-th vector of four.
struct Params { count: u32, elements: u32, first: u32 }
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> g: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> parts: array<vec2f>;

fn item(i: u32) {
  var near = vec4f(0.0);
  var far = vec4f(0.0);
  for (var at = i; 4u * at < params.elements; at += params.count) {
    let value = select(vec4f(0.0), g[at], within(at, params.elements));
    near += value * value;
    let small = value * 0x1p-80f;
    far += small * small;
  }
  parts[params.first + i] = vec2f(near.x + near.y + near.z + near.w, far.x + far.y + far.z + far.w);
}
