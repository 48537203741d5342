// Reads all of x once; y[i] is the sum of what invocation i has read. Grid: invocations / 64.

@group(0) @binding(1) var<storage, read> x: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> y: array<f32>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let n = params.along;
  var sum = vec4f();
  for (var k = 0u; k < params.count; k += 4u) {
    let i = id.x * params.across + k * n;
    sum += (x[i] + x[i + n]) + (x[i + 2 * n] + x[i + 3 * n]);
  }
  y[id.x] = dot(sum, vec4f(1));
}
