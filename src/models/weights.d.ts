// The bytes of a weights file that comes with the package (build/weights_plugin.ts).
declare module '*.safetensors' {
  const bytes: Uint8Array<ArrayBuffer>;
  export default bytes;
}
