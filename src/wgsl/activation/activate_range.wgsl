// None, ReLU and ReLU6: what lies outside [low, high] becomes the bound. Compilers may take it that nothing is NaN, and make a
// comparison with one of them a `max` or `min`, which lose it: so its bits tell.
fn activate(v: vec4f) -> vec4f {
  let number = (bitcast<vec4u>(v) & vec4u(0x7fffffffu)) <= vec4u(0x7f800000u);
  return select(v, clamp(v, vec4f(params.low), vec4f(params.high)), number);
}
