// y = x. Grid: invocations / 64.

@group(0) @binding(1) var<storage, read> x: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> y: array<vec4f>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let n = params.along;
  for (var k = 0u; k < params.count; k += 4u) {
    let i = id.x * params.across + k * n;
    y[i] = x[i];
    y[i + n] = x[i + n];
    y[i + 2 * n] = x[i + 2 * n];
    y[i + 3 * n] = x[i + 3 * n];
  }
}
