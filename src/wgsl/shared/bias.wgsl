// A bias per output channel, four at a time. Memory past the last channel reads as whatever is there: those lanes are never kept.
@group(0) @binding(6) var<storage, read> bias: array<vec4f>;
fn load_bias(k: u32) -> vec4f {
  return vec4f(bias[k / 4u]);
}
