// SiLU: v times its sigmoid.
fn activate(v: vec4f) -> vec4f {
  let e = exp(-abs(v));
  return v * (select(vec4f(1.0), e, v < vec4f(0.0)) / (1.0 + e));
}
