// As residual.wgsl, of texels; for kernels that are one pipeline with a residual and without.
@group(0) @binding(7) var residual: texture_storage_2d<rgba32float, read>;
fn load_residual(at: Place) -> vec4f {
  let added = textureLoad(residual, texel(address(params.residual, at) / 4u));
  return select(vec4f(0.0), added, params.has_residual == 1u);
}
