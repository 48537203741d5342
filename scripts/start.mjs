// `npm start [-- IMAGE... FLAGS]`: sets up what is missing, builds if needed, and classifies pictures.
import { build, buildIsStale } from './build.mjs';
import { adapterName, npmSwiftShaderIsHere } from './drivers.mjs';
import { run, say } from './run.mjs';
import { setUp } from './setup.mjs';

const valued = ['--model', '--weights', '--hub', '--top', '--driver'];

const args = process.argv.slice(2);
const images = args.filter((arg, i) => (arg === '-' || !arg.startsWith('-')) && !valued.includes(args[i - 1]));

setUp();
if (buildIsStale()) {
  say('building');
  if (build() !== 0) process.exit(1);
}
if (!adapterName()) {
  if (npmSwiftShaderIsHere()) say('no GPU driver found: SwiftShader from npm plays the GPU on the CPU, which is slow');
  else say('no GPU driver found, and there is no software driver on npm for this machine');
}
process.exitCode = run(process.execPath, [
  'dist/node/cli/main.js',
  'classify',
  ...args,
  ...(images.length ? [] : ['--sample']),
]);
