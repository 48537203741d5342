// Weights, four filters at a time.
@group(0) @binding(4) var<storage, read> w: array<vec4f>;
fn w_at(i: u32) -> vec4f {
  return w[i];
}
