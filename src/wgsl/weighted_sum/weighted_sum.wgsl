// y = weight * a + b of scalars: one addition of a weighted sum; the first has no b. Frame: each, of one item.
struct Params { count: u32, weight: f32, adds: u32 }
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> a: array<f32>;
@group(0) @binding(2) var<storage, read_write> y: array<f32>;

fn item(i: u32) {
  y[i] = params.weight * a[i] + select(0.0, y[i], params.adds == 1u);
}
