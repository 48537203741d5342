// Packed weights as a texture: a row of reduction is a row of texels; past `height` rows it goes on beside itself.
@group(0) @binding(2) var packed: texture_storage_2d<rgba32float, write>;
fn put(quad: u32, row: u32, value: vec4f) {
  textureStore(packed, vec2u((row / params.height) * params.quads + quad, row % params.height), value);
}
