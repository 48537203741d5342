// As residual.wgsl, for kernels that are one pipeline with a residual and without. Drivers for CPUs compute both sides of a branch, but
// no loop that does not run.
@group(0) @binding(7) var<storage, read> residual: array<vec4f>;
fn load_residual(at: Place) -> vec4f {
  var added = vec4f(0.0);
  for (var i = 0u; i < params.has_residual; i++) { added = vec4f(residual[address(params.residual, at) / 4u]); }
  return added;
}
