// 16 chains of multiply-adds in an invocation, x <- x * factor + step: with both 1, a chain counts how often it was done.
// y[i]: the sum of the chains, which begin at 0, 1, 2 and so on. Grid: invocations / 64.

struct Params {
  factor: f32,
  step: f32,
  rounds: u32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read_write> y: array<f32>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  // Nothing that a compiler could work out beforehand.
  let f = vec4<Lane>(Lane(params.factor));
  let s = vec4<Lane>(Lane(params.step));
  var a = vec4<Lane>(0, 1, 2, 3);
  var b = vec4<Lane>(4, 5, 6, 7);
  var c = vec4<Lane>(8, 9, 10, 11);
  var d = vec4<Lane>(12, 13, 14, 15);
  for (var i = 0u; i < params.rounds; i++) {
    a = fma(a, f, s);
    b = fma(b, f, s);
    c = fma(c, f, s);
    d = fma(d, f, s);
    a = fma(a, f, s);
    b = fma(b, f, s);
    c = fma(c, f, s);
    d = fma(d, f, s);
    a = fma(a, f, s);
    b = fma(b, f, s);
    c = fma(c, f, s);
    d = fma(d, f, s);
    a = fma(a, f, s);
    b = fma(b, f, s);
    c = fma(c, f, s);
    d = fma(d, f, s);
    a = fma(a, f, s);
    b = fma(b, f, s);
    c = fma(c, f, s);
    d = fma(d, f, s);
    a = fma(a, f, s);
    b = fma(b, f, s);
    c = fma(c, f, s);
    d = fma(d, f, s);
    a = fma(a, f, s);
    b = fma(b, f, s);
    c = fma(c, f, s);
    d = fma(d, f, s);
    a = fma(a, f, s);
    b = fma(b, f, s);
    c = fma(c, f, s);
    d = fma(d, f, s);
  }
  let sum = (vec4f(a) + vec4f(b)) + (vec4f(c) + vec4f(d));
  y[id.x] = dot(sum, vec4f(1));
}
