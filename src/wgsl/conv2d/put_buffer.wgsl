// Packed weights as a buffer.
@group(0) @binding(2) var<storage, read_write> packed: array<vec4f>;
fn put(i: u32, value: vec4f) {
  packed[i] = value;
}
