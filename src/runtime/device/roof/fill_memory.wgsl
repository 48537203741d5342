// x[i] = i mod 61: small whole numbers, whose sums are exact in any order. Grid: invocations / 64.

@group(0) @binding(1) var<storage, read_write> x: array<vec4f>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  for (var k = 0u; k < params.count; k++) {
    let i = id.x * params.across + k * params.along;
    x[i] = vec4f(f32(i % 61u));
  }
}
