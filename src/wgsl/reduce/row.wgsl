// y = x from an element on. Frame: each, an item being an element of y.
struct Params { count: u32, first: u32 }
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read_write> y: array<f32>;

fn item(i: u32) {
  y[i] = x[params.first + i];
}
