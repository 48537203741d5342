// Without momentum.
fn direction(i: u32, d: vec4f) -> vec4f {
  return d;
}
