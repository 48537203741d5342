// Packed weights as a texture: a line of texels, broken into rows.
@group(0) @binding(2) var packed: texture_storage_2d<rgba32float, write>;
fn put(at: vec2u, value: vec4f) {
  textureStore(packed, at, value);
}
