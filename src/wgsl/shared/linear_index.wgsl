// The invocation's number where a long row of workgroups was folded into x and y (grid.ts).
fn linear_index(id: vec3u, groups: vec3u, size: u32) -> u32 {
  return id.x + id.y * groups.x * size;
}
