// Four numbers of pixels in a window as bytes: windows of less than 256 pixels.
alias Packed = u32;
const NONE = 255u;

fn packed(choice: vec4u) -> Packed {
  return choice.x | (choice.y << 8u) | (choice.z << 16u) | (choice.w << 24u);
}

fn unpacked(word: Packed) -> vec4u {
  return (vec4u(word) >> vec4u(0u, 8u, 16u, 24u)) & vec4u(255u);
}
