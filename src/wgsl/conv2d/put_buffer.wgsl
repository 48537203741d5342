// Packed weights as a buffer, row after row.
@group(0) @binding(2) var<storage, read_write> packed: array<vec4f>;
fn put(quad: u32, row: u32, value: vec4f) {
  packed[row * params.quads + quad] = value;
}
