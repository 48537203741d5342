// Without momentum, down the gradient.
fn direction(i: u32, d: Numbers, told: Told) -> Numbers {
  return d;
}
