// As put_buffer.wgsl, in half precision.
@group(0) @binding(2) var<storage, read_write> packed: array<vec2u>;
fn put(at: vec2u, value: vec4f) {
  packed[at.x] = vec2u(pack2x16float(value.xy), pack2x16float(value.zw));
}
