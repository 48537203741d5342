// Without momentum, down the gradient.
fn direction(i: u32, d: vec4f, told: Told) -> vec4f {
  return d;
}
