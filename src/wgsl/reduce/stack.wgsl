// y = a, and b behind it, both of `row` elements. Frame: each, an item being an element of y.
struct Params { count: u32, row: u32 }
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> a: array<f32>;
@group(0) @binding(2) var<storage, read_write> y: array<f32>;
@group(0) @binding(3) var<storage, read> b: array<f32>;

fn item(i: u32) {
  if (i < params.row) { y[i] = a[i]; } else { y[i] = b[i - params.row]; }
}
