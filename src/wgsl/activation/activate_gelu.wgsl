// GELU: v Phi(v), Phi being the normal distribution (Hendrycks and Gimpel 2016, arXiv:1606.08415, section 2). WGSL has no erf.
// Below sqrt 2 in size, Phi is 1/2 plus an odd polynomial, minimax within 1.3e-9 of it. Beyond, v Phi(v) is max(v, 0) less a tail:
// |v| exp(-v v / 2) R(|v|), R within 5.6e-8 of Mills' ratio over sqrt(2 pi) as a polynomial in 1 / (|v| + 2.5).
// Together: within 2.2 roundings of v. At 14 the tail is below every f32 number, and an infinity times it would be NaN.
// Of NaN the bits tell: compilers may take it that nothing is NaN, and drop comparisons that keep it.
fn activate(v: vec4f) -> vec4f {
  let s = min(v * v, vec4f(2.0));
  var odd = vec4f(4.3386768619e-7);
  odd = odd * s - 8.85009239896e-6;
  odd = odd * s + 1.14646919708e-4;
  odd = odd * s - 1.18678202858e-3;
  odd = odd * s + 9.97337447017e-3;
  odd = odd * s - 6.64903569479e-2;
  odd = odd * s + 0.398942279918;
  let a = clamp(abs(v), vec4f(1.4), vec4f(14.0));
  let t = 1.0 / (a + 2.5);
  var mills = vec4f(41.8779982);
  mills = mills * t - 45.8418885;
  mills = mills * t + 10.4301754;
  mills = mills * t + 2.13897988;
  mills = mills * t + 2.1754384;
  mills = mills * t + 0.994170312;
  mills = mills * t + 0.398994114;
  let beyond = select(v, vec4f(0.0), v < vec4f(0.0)) - a * t * mills * exp(-0.5 * a * a);
  let number = (bitcast<vec4u>(v) & vec4u(0x7fffffffu)) <= vec4u(0x7f800000u);
  return select(v, select(beyond, v * (0.5 + v * odd), abs(v) < vec4f(1.41421356)), number);
}
