// Mish: v tanh(log(1 + exp(v))) (Misra 2020, arXiv:1908.08681), the logarithm cancelled: with e = exp(v) below zero it is
// v (e e + 2 e) / (e e + 2 e + 2), and with e = exp(-v) above v (1 + 2 e) / (1 + 2 e + 2 e e).
fn activate(v: vec4f) -> vec4f {
  let e = exp(-abs(v));
  let below = e * (e + 2.0);
  let above = 1.0 + 2.0 * e;
  return v * select(above / (above + 2.0 * e * e), below / (below + 2.0), v < vec4f(0.0));
}
