// Packed weights as a buffer: a row of a texture that never ends.
@group(0) @binding(2) var<storage, read_write> packed: array<vec4f>;
fn put(at: vec2u, value: vec4f) {
  packed[at.x] = value;
}
