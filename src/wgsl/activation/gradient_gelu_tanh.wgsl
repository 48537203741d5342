// GELU approximated by tanh, from its input: s(w) + v w' s(w) s(-w), s being the logistic function and w = 2 u as
// activate_gelu_tanh.wgsl has it. From 14 on s is 0 or 1.
fn gradient(v: vec4f, dy: vec4f) -> vec4f {
  let x = clamp(v, vec4f(-14.0), vec4f(14.0));
  let w = x * (1.59576912161 + 0.0713548162726 * x * x);
  let rising = 1.59576912161 + 0.2140644488178 * x * x;
  let negative = w < vec4f(0.0);
  let e = exp(-abs(w));
  let s = select(vec4f(1.0), e, negative) / (1.0 + e);
  let rest = select(e, vec4f(1.0), negative) / (1.0 + e);
  return dy * (s + x * rising * (s * rest));
}
