// What follows a sum, where has_bias and has_residual tell of what: for kernels that are to be one pipeline with these and without.
fn added(sum: vec4f, at: Place) -> vec4f {
  var value = sum;
  if (params.has_bias == 1u) { value += load_bias(at.c); }
  if (params.has_residual == 1u) { value += load_residual(at); }
  return value;
}
fn finished(sum: vec4f, at: Place) -> vec4f {
  return activate(added(sum, at));
}
