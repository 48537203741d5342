// As weight_quad.wgsl, out of a uniform buffer: of 64 KiB, which every adapter binds, so that all kernels with few weights are one pipeline.
@group(0) @binding(4) var<uniform> w: array<vec4f, 4096>;
fn w_at(i: u32) -> vec4f {
  return w[i];
}
