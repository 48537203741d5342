// Arrays in rows go through kernels four numbers at a time; of the last four some may lie behind the end.
fn within(i: u32, elements: u32) -> vec4<bool> {
  return vec4u(4u * i) + vec4u(0u, 1u, 2u, 3u) < vec4u(elements);
}
