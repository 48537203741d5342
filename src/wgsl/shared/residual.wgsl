// An activation of the output's shape, added before the activation function (He et al. 2015, figure 2).
@group(0) @binding(7) var<storage, read> residual: array<vec4f>;
fn load_residual(at: Place) -> vec4f {
  return vec4f(residual[address(params.residual, at) / 4u]);
}
