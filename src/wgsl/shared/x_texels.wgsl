// x as texels. Joined with texel.wgsl.
@group(0) @binding(1) var x: texture_storage_2d<rgba32float, read>;
fn load_x(at: u32) -> vec4f {
  return textureLoad(x, texel(at / 4u));
}
