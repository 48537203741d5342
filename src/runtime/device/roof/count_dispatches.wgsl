// Adds one to y[0]: next to no work, and each dispatch waits for the one before it, as those of a network do. Grid: 1.

@group(0) @binding(0) var<storage, read_write> y: array<f32>;

@compute @workgroup_size(1)
fn main() {
  y[0] += 1;
}
