// GELU approximated by tanh (Hendrycks and Gimpel 2016, arXiv:1606.08415): v (1 + tanh(u)) / 2, u = sqrt(2 / pi) (v + 0.044715 v^3),
// which is v times the logistic function of 2 u.
fn activate(v: vec4f) -> vec4f {
  let w = v * (1.59576912161 + 0.0713548162726 * v * v);
  let e = exp(-abs(w));
  return v * (select(vec4f(1.0), e, w < vec4f(0.0)) / (1.0 + e));
}
