// As choice_bytes.wgsl for larger windows.
alias Packed = vec4u;
const NONE = 0xffffffffu;

fn packed(choice: vec4u) -> Packed {
  return choice;
}

fn unpacked(words: Packed) -> vec4u {
  return words;
}
