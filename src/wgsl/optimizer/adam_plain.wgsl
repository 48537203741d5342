// The mean square as it is.
fn most(i: u32, square: Numbers) -> Numbers {
  return square;
}
