// -t log s(x) - (1 - t) log(1 - s(x)) of the logistic function s, which is max(x, 0) - x t + log(1 + exp(-|x|)): nothing overflows.
fn term(x: vec4f, t: vec4f) -> vec4f {
  return max(x, vec4f(0.0)) - x * t + log(1.0 + exp(-abs(x)));
}
