// Hard sigmoid: relu6(v + 3) / 6 (Howard et al. 2019, section 5.2).
fn activate(v: vec4f) -> vec4f {
  return clamp(v + 3.0, vec4f(0.0), vec4f(6.0)) / 6.0;
}
