// Numbers into half precision, two a word. Frame: each, an item being a word; behind an odd last number lies whatever does.
struct Params { count: u32 }
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<vec2f>;
@group(0) @binding(2) var<storage, read_write> y: array<u32>;

fn item(i: u32) {
  y[i] = pack2x16float(x[i]);
}
