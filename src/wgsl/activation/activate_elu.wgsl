// ELU: alpha (exp(v) - 1) below zero (Clevert et al. 2016, arXiv:1511.07289); low holds alpha. Down to -1/2 the difference would
// cancel, so the series of exp is used there: nine terms, within 1e-9 of it.
fn activate(v: vec4f) -> vec4f {
  var series = vec4f(1.0);
  series = series * v * (1.0 / 9.0) + 1.0;
  series = series * v * 0.125 + 1.0;
  series = series * v * (1.0 / 7.0) + 1.0;
  series = series * v * (1.0 / 6.0) + 1.0;
  series = series * v * 0.2 + 1.0;
  series = series * v * 0.25 + 1.0;
  series = series * v * (1.0 / 3.0) + 1.0;
  series = series * v * 0.5 + 1.0;
  let below = select(exp(min(v, vec4f(0.0))) - 1.0, v * series, v > vec4f(-0.5));
  return select(params.low * below, v, v > vec4f(0.0));
}
