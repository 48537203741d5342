// Packed weights as a texture: a line of texels, broken into rows of `width`.
@group(0) @binding(2) var packed: texture_storage_2d<rgba32float, write>;
fn put(i: u32, value: vec4f) {
  textureStore(packed, vec2u(i % params.width, i / params.width), value);
}
